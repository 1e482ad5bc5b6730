"""Synthetic fingers as the matcher keeps them: after the round trip through a record."""

from functools import cache

import numpy as np
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.record.iso19794 import FingerRecord, read, write
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template


@cache
def a_finger(seed: int, impression: int = 0, capture_difficulty: float = LIVE_SCAN) -> Minutiae:
    found = generate_template(
        generate_master(seed), impression, capture_difficulty=capture_difficulty
    )
    return read(write(FingerRecord(0, 0, found)))[0].minutiae


def turned(found: Minutiae, angle: float) -> Minutiae:
    """ResponsibleParty a finger counter-clockwise about its middle, on a larger sensor."""
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = (found.xy - found.xy.mean(0)).T
    rows = np.stack(
        [cos * x + sin * y + 500, cos * y - sin * x + 500, found.angle + angle,
         found.kind, found.quality],
        axis=1,
    )  # fmt: skip
    return minutiae_from_rows(rows, width=1000, height=1000)
