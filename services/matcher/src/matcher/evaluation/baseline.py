"""What NIST's open tools, mindtct and Bozorth3, find and say of the same images."""

import io
from collections.abc import Sequence
from typing import Any

import nbis  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.evaluation.collection import Print
from matcher.evaluation.progress import shown
from matcher.image.decode import PPI, decode
from matcher.image.errors import UnreadableImage


def bozorth3(prints: Sequence[Print]) -> NDArray[np.float64]:
    """Return the score of each pair above the diagonal, float64 (n, n); 0 what cannot be read."""
    extractors = {ppi: _extractor(ppi) for ppi in {image.ppi for image in prints}}
    found = [
        _minutiae(image, extractors[image.ppi])
        for image in shown(prints, "images read by mindtct", len(prints))
    ]
    scores = np.zeros((len(found), len(found)))
    for i in shown(range(len(found)), "probes compared by Bozorth3", len(found)):
        for j in range(i + 1, len(found)):
            if found[i] is not None and found[j] is not None:
                scores[i, j] = found[i].compare(found[j])
    return scores


def _extractor(ppi: int) -> Any:
    return nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0,
            get_center=False,
            check_fingerprint=False,
            compute_nfiq2=False,
            ppi=float(ppi),
        )
    )


def _minutiae(image: Print, extractor: Any) -> Any:
    """At the image's own resolution, with which these tools do better than brought to 500."""
    try:
        file = io.BytesIO()
        Image.fromarray(decode(image.file.read_bytes(), PPI)).save(file, "BMP")
        return extractor.extract_minutiae(file.getvalue())
    except (UnreadableImage, OSError, nbis.NbisError):
        return None
