"""Doing everything once before anybody waits for it: kernels compiled, models loaded."""

import numpy as np

from matcher.comparison.compare import compare, pairs, prepare
from matcher.comparison.prefilter import promise
from matcher.embedding.embedding import embed
from matcher.extraction.extractor import Extractor
from matcher.image.quality import nfiq2
from matcher.minutiae import Minutiae, minutiae

_SIDE = 256


def warm_up(extractor: Extractor) -> None:
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
