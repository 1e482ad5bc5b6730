"""Synthetic mates, taken well and badly: what `build_calibration` counts beside strangers."""

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.mated_distribution import quality_weighted_minutiae
from matcher.comparison.comparator import Comparator
from matcher.synthetic import impress, master
from matcher.training.impostors import part

FIRST_SEED = 4_800_000_000
PROBE_HARDNESS = (0.3, 2.0)
STORED_HARDNESS = (0.3, 0.5, 0.7, 1.0)
"""Of the touch on record: most as under supervision (0.5), a quarter as bad as a competition's."""
AREA = (0.1, 1.5)
"""How much of the finger the probe shows, 1 and more all of it."""

Floats = NDArray[np.float64]


def mate(comparator: Comparator, number: int) -> tuple[float, Floats, Floats]:
    """Return what a probe is worth, and size and raw score with each of the touches on record."""
    rng = np.random.default_rng((FIRST_SEED, number))
    finger = master(FIRST_SEED + number)
    touch = impress(finger, 0, hardness=rng.uniform(*PROBE_HARDNESS))
    probe = comparator.prepare(part(touch, min(1.0, rng.uniform(*AREA)), rng))
    stored = [
        comparator.prepare(impress(finger, 1 + i, hardness=hardness))
        for i, hardness in enumerate(STORED_HARDNESS)
    ]
    size = np.sqrt([float(len(probe) * len(each)) for each in stored])
    raw = comparator.compare(probe, stored).astype(np.float64)
    return quality_weighted_minutiae(probe), size, raw
