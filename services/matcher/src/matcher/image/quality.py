"""Quality of a fingerprint image by NFIQ 2 (ISO/IEC 29794-4)."""

import io

import nbis  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.image.decode import PPI

VERSION = "nfiq2-2"

_extractor = nbis.new_nbis_extractor(
    nbis.NbisExtractorSettings(
        min_quality=0.0,
        get_center=False,
        check_fingerprint=False,
        compute_nfiq2=True,
        ppi=float(PPI),
    )
)


def nfiq2(image: NDArray[np.uint8]) -> int:
    """Return the NFIQ 2 score, 0 (useless) to 100, of an image at 500 dpi, uint8 (h, w).

    An image in which the reference implementation finds nothing to measure scores 0.
    """
    file = io.BytesIO()
    Image.fromarray(image).save(file, "BMP")
    try:
        return int(_extractor.extract_minutiae(file.getvalue()).quality().score)
    except nbis.NbisError:
        return 0
