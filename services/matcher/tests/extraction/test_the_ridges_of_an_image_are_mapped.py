"""The map that is read from an image tells how its ridges run, and stays when it is stored."""

import numpy as np
import pytest
from matcher.extraction.extractor import Extractor
from matcher.extraction.ridge_flow import LEAST_SIDE
from matcher.ridge_map import CELL, STEPS, RidgeMap


@pytest.fixture(scope="module")
def extract() -> Extractor:
    return Extractor()


def parallel_ridges(degrees: float, height: int = 240, width: int = 176) -> np.ndarray:
    """Ridges 9 pixels apart that run at this angle counter-clockwise, in a white margin."""
    y, x = np.mgrid[:height, :width]
    angle = np.radians(degrees)
    across = x * np.sin(angle) + y * np.cos(angle)
    image = np.asarray(128 + 100 * np.sin(2 * np.pi * across / 9), np.uint8)
    image[:32] = image[-32:] = image[:, :32] = image[:, -32:] = 255
    return image


@pytest.mark.parametrize("degrees", [0, 24, 60, 96, 156])
def test_parallel_ridges_run_one_way(extract: Extractor, degrees: int) -> None:
    ridges = extract(parallel_ridges(degrees)).ridge_map

    assert ridges is not None
    known = ridges.codes[ridges.codes > 0].astype(int)
    assert len(known) > 50
    assert np.median((known - 1) * 180 / STEPS) == degrees
    assert (known == 1 + degrees * STEPS // 180).mean() > 0.6


def test_the_map_lies_where_the_ridges_are(extract: Extractor) -> None:
    ridges = extract(parallel_ridges(24)).ridge_map

    assert isinstance(ridges, RidgeMap)
    x, y = ridges.middles()
    assert x.min() >= 32 - CELL
    assert x.max() <= 176 - 32 + CELL
    assert y.min() >= 32 - CELL
    assert y.max() <= 240 - 32 + CELL


@pytest.mark.parametrize("side", [LEAST_SIDE - 1, LEAST_SIDE, 400])
def test_an_image_without_ridges_has_no_known_cell(extract: Extractor, side: int) -> None:
    ridges = extract(np.full((side, side), 255, np.uint8)).ridge_map

    assert ridges is None or not ridges.codes.any()
