"""Galleries and published figures are of seeds: a faster generator makes the same fingers."""

import hashlib

import numpy as np
import pytest
from matcher.minutiae import Minutiae
from matcher.synthetic import FVC2002, LIVE_SCAN, generate_master
from matcher.synthetic.simulated_map import generate_mapped_template

FINGERS = range(10_000_000_002, 10_000_000_042)
ANY_ROTATION = 1.2


def whole_numbers(template: Minutiae) -> bytes:
    """All of a template in whole numbers, which do not depend on how a machine rounds."""
    angle = np.rint(template.angle * (128 / np.pi)).astype(np.int16)
    parts = (template.xy, angle, template.kind, template.quality)
    return b"".join(part.tobytes() for part in parts)


def digest(contents: list[bytes]) -> str:
    return hashlib.sha256(b"".join(contents)).hexdigest()[:16]


@pytest.mark.parametrize(
    ("capture_difficulty", "minutiae", "maps"),
    [
        (LIVE_SCAN, "3422b7564194a3cc", "ed55f59ca4eadf7e"),
        (FVC2002, "c36c502edc0aaf84", "708ea9d33e77e461"),
        (ANY_ROTATION, "94200209724f8a10", "ae069d1ec8e6ea4a"),
    ],
)
def test_fingers_of_a_seed_stay_the_same(
    capture_difficulty: float, minutiae: str, maps: str
) -> None:
    templates = [
        generate_mapped_template(generate_master(seed), 1, capture_difficulty=capture_difficulty)
        for seed in FINGERS
    ]

    assert digest([whole_numbers(each) for each in templates]) == minutiae
    assert digest([each.ridge_map.to_bytes() for each in templates if each.ridge_map]) == maps
