from collections.abc import Iterator

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


def rows(found: Minutiae) -> NDArray[np.float64]:
    return np.column_stack([found.xy, found.angle, found.kind, found.quality])


def test_each_as_alone_and_in_order(extract: Extractor, images: list[Image]) -> None:
    alone = [rows(extract(image)) for image in images]

    together = [rows(found) for found in extract.extract_many(images, cores=3)]

    assert len({len(found) for found in alone}) > 1
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_of_an_endless_row_only_few_are_held(extract: Extractor) -> None:
    taken = 0

    def endless() -> Iterator[Image]:
        nonlocal taken
        while True:
            taken += 1
            yield np.full((64, 64), 255, np.uint8)

    reading = extract.extract_many(endless(), cores=2)

    assert [len(next(reading)) for _ in range(3)] == [0, 0, 0]
    assert taken <= 6
