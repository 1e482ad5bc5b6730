"""Images of synthetic fingers with altered ridges, each rendered once for all tests."""

from functools import cache

import numpy as np
from matcher.synthetic import generate_master, generate_ridge_pattern, render_impression
from matcher.synthetic.alteration import AlterationKind, alter, wound
from matcher.synthetic.ridge_pattern import RidgePattern
from numpy.typing import NDArray

_CLEAN = 0.2
"""Capture difficulty of an impression that an officer would be content with."""


@cache
def _pattern(seed: int) -> RidgePattern:
    return generate_ridge_pattern(generate_master(seed))


@cache
def altered(kind: AlterationKind, seed: int = 7_001) -> NDArray[np.uint8]:
    """An image of an altered finger."""
    finger = alter(_pattern(seed), kind, 0, _pattern(seed + 1))
    return render_impression(finger, 0, capture_difficulty=_CLEAN).image


@cache
def unaltered(seed: int = 7_001) -> NDArray[np.uint8]:
    """An image of the same finger before."""
    return render_impression(_pattern(seed), 0, capture_difficulty=_CLEAN).image


@cache
def wounded(seed: int = 7_001) -> NDArray[np.uint8]:
    """An image of the same finger with an ordinary scar."""
    finger = wound(_pattern(seed), 0)
    return render_impression(finger, 0, capture_difficulty=_CLEAN).image
