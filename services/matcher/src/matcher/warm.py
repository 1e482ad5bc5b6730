"""Doing everything once before anybody waits for it: kernels compiled, models loaded."""

import numpy as np

from matcher.fingerprint.compare import compare, pairs, prepare
from matcher.fingerprint.embedding import embed
from matcher.fingerprint.extract import Extractor
from matcher.fingerprint.minutiae import Minutiae, minutiae
from matcher.fingerprint.prefilter import promise
from matcher.fingerprint.quality import nfiq2

_SIDE = 256


def warm(extractor: Extractor) -> None:
    """Run every step of the pipeline on nothing in particular; takes seconds the first time."""
    paper = np.full((_SIDE, _SIDE), 255, np.uint8)
    nfiq2(paper)
    extractor(paper)
    found = _anything()
    embed(found)
    prepared = prepare(found)
    compare(prepared, [prepared])
    pairs(prepared, prepared)
    promise(prepared, [prepared])


def _anything() -> Minutiae:
    rng = np.random.default_rng(0)
    place = rng.uniform(0, _SIDE, (40, 2))
    angle = rng.uniform(0, 2 * np.pi, (40, 1))
    kind, quality = np.ones((40, 1)), np.full((40, 1), 50)
    return minutiae(np.hstack([place, angle, kind, quality]), width=_SIDE, height=_SIDE)
