"""What NIST's open tools, mindtct and Bozorth3, find and say of the same images."""

import io
from collections.abc import Sequence

import nbis  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.evaluation.collection import Print
from matcher.evaluation.progress import shown
from matcher.evaluation.reading import grey
from matcher.fingerprint.errors import BadImage
from matcher.fingerprint.image import PPI


def bozorth3(prints: Sequence[Print]) -> NDArray[np.float64]:
    """Return the score of each pair above the diagonal, float64 (n, n); 0 what cannot be read."""
    extractor = nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0,
            get_center=False,
            check_fingerprint=False,
            compute_nfiq2=False,
            ppi=float(PPI),
        )
    )
    found = []
    for image in shown(prints, "images read by mindtct", len(prints)):
        try:
            file = io.BytesIO()
            Image.fromarray(grey(image, hard=False)).save(file, "BMP")
            found.append(extractor.extract_minutiae(file.getvalue()))
        except (BadImage, OSError, nbis.NbisError):
            found.append(None)
    scores = np.zeros((len(found), len(found)))
    for i in shown(range(len(found)), "probes compared by Bozorth3", len(found)):
        for j in range(i + 1, len(found)):
            if found[i] is not None and found[j] is not None:
                scores[i, j] = found[i].compare(found[j])
    return scores
