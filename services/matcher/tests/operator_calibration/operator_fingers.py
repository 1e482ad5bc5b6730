"""Fingers of an imagined operator: all have one ridge flow."""

from functools import cache

import numpy as np
from matcher.minutiae import Minutiae
from matcher.operator_calibration.finger_pairs import FingerPairs, compare_pairs
from matcher.synthetic import FVC2002, generate_master, generate_template, same_flow_impostor

from ..models import comparator  # noqa: TID252

FINGERS, FIRST = 240, 700_000
"""Number of fingers, one impression each, and seed of the first."""


@cache
def operator_pairs() -> FingerPairs:
    """All pairs of the operator's fingers, of which 24 to 49 minutiae were captured."""
    prepare, flow = comparator().prepare, generate_master(FIRST)
    images, fingers = [], []
    for number in range(FINGERS):
        finger = same_flow_impostor(flow, FIRST + 1 + number)
        found = generate_template(finger, 0, capture_difficulty=FVC2002)
        images.append(prepare(_best(found, 24 + number // 2 % 26)))
        fingers.append(f"prints/{number}")
    return compare_pairs(comparator(), images, fingers, fingers, workers=2)


def _best(found: Minutiae, count: int) -> Minutiae:
    return found[np.argsort(-found.quality.astype(int), kind="stable")[:count]]
