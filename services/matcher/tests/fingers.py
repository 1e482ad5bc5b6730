"""Synthetic fingers as the matcher stores them: written as a record and read back."""

from functools import cache

import numpy as np
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.record.iso19794 import FingerRecord, read, write
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template


@cache
def a_finger(seed: int, impression: int = 0, capture_difficulty: float = LIVE_SCAN) -> Minutiae:
    finger = generate_template(
        generate_master(seed), impression, capture_difficulty=capture_difficulty
    )
    return read(write(FingerRecord(0, 0, finger)))[0].minutiae


def turned(finger: Minutiae, angle: float) -> Minutiae:
    """Rotate a finger counter-clockwise about its middle (radians), on a larger sensor."""
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = (finger.xy - finger.xy.mean(0)).T
    rows = np.stack(
        [cos * x + sin * y + 500, cos * y - sin * x + 500, finger.angle + angle,
         finger.kind, finger.quality],
        axis=1,
    )  # fmt: skip
    return minutiae_from_rows(rows, width=1000, height=1000)
