"""Scores the same images by NIST's open tools, mindtct and Bozorth3, for comparison."""

import io
from collections.abc import Sequence
from typing import Any

import nbis  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.evaluation.image_collection import LabelledImage
from matcher.evaluation.progress import with_progress
from matcher.image.decode import PPI, decode
from matcher.image.unreadable_image import UnreadableImage


def bozorth3_scores(images: Sequence[LabelledImage]) -> NDArray[np.float64]:
    """Return Bozorth3's score of each pair above the diagonal, float64 (n, n).

    0 where an image cannot be read.
    """
    extractors = {ppi: _extractor(ppi) for ppi in {image.ppi for image in images}}
    found = [
        _minutiae(image, extractors[image.ppi])
        for image in with_progress(images, "images read by mindtct", len(images))
    ]
    scores = np.zeros((len(found), len(found)))
    for i in with_progress(range(len(found)), "probes compared by Bozorth3", len(found)):
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


def _minutiae(image: LabelledImage, extractor: Any) -> Any:
    """Extract at the image's own resolution, at which these tools do better than at 500 dpi."""
    try:
        file = io.BytesIO()
        Image.fromarray(decode(image.file.read_bytes(), PPI)).save(file, "BMP")
        return extractor.extract_minutiae(file.getvalue())
    except (UnreadableImage, OSError, nbis.NbisError):
        return None
