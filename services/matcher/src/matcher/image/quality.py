"""The quality of a fingerprint image by NFIQ 2 (ISO/IEC 29794-4)."""

import io
import os

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.image.decode import PPI

# OpenCV, which NFIQ 2 is computed by, reads these when it is loaded. At each call of a primitive of
# Intel's library that asks the processor who made it, for which a virtual machine is left: a
# quarter of the time of an image. More threads than one gain nothing for images so small.
os.environ.setdefault("OPENCV_IPP", "disabled")
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")  # it would warn of the first of them

import nbis  # type: ignore[import-untyped, unused-ignore]


class Nfiq2:
    """The reference implementation of NFIQ 2. One instance may be used from several threads."""

    def __init__(self) -> None:
        """Load the implementation and its trained model."""
        self._extractor = nbis.new_nbis_extractor(
            nbis.NbisExtractorSettings(
                min_quality=0.0,
                get_center=False,
                check_fingerprint=False,
                compute_nfiq2=True,
                ppi=float(PPI),
            )
        )

    def __call__(self, image: NDArray[np.uint8]) -> int:
        """Return the NFIQ 2 score, 0 (useless) to 100, of an image at 500 dpi, uint8 (h, w).

        An image in which the implementation finds nothing to measure scores 0.
        """
        file = io.BytesIO()
        Image.fromarray(image).save(file, "BMP")
        try:
            return int(self._extractor.extract_minutiae(file.getvalue()).quality().score)
        except nbis.NbisError:
            return 0
