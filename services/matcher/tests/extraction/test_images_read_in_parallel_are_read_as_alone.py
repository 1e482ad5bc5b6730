"""An extractor that several threads use gives each image the minutiae that it gives it alone."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matcher.extraction.extractor import Extractor
from matcher.minutiae import Minutiae
from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def extract() -> Extractor:
    return Extractor()


@pytest.fixture(scope="module")
def images() -> list[Image]:
    ridges = generate_ridge_pattern(generate_master(32))
    whole = render_impression(ridges, 0, capture_difficulty=LIVE_SCAN).image
    return [whole[i : 180 + 20 * i, : 200 + 10 * i] for i in range(5)]


def rows(minutiae: Minutiae) -> NDArray[np.float64]:
    return np.column_stack([minutiae.xy, minutiae.angle, minutiae.kind, minutiae.quality])


def test_each_is_read_as_alone(extract: Extractor, images: list[Image]) -> None:
    alone = [rows(extract(image)) for image in images]

    with ThreadPoolExecutor(3) as threads:
        together = [rows(minutiae) for minutiae in threads.map(extract, images)]

    assert len({len(each) for each in alone}) > 1
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)
