"""A batch of synthetic templates holds what is made of each finger alone, bit by bit."""

import numpy as np
import pytest
from matcher.minutiae import MinutiaeBatch
from matcher.synthetic import FVC2002, LIVE_SCAN, generate_master
from matcher.synthetic.simulated_map import generate_mapped_template
from matcher.synthetic.template_batch import generate_mapped_templates

FINGERS = range(10_000_000_002, 10_000_000_042)
ANY_ROTATION = 1.2


@pytest.mark.parametrize("capture_difficulty", [LIVE_SCAN, FVC2002, ANY_ROTATION])
def test_many_templates_are_those_made_one_by_one(capture_difficulty: float) -> None:
    one_by_one = [
        generate_mapped_template(generate_master(finger), 3, capture_difficulty=capture_difficulty)
        for finger in FINGERS
    ]

    batch = generate_mapped_templates(FINGERS, 3, capture_difficulty=capture_difficulty)

    expected = MinutiaeBatch.of(one_by_one)
    assert np.array_equal(batch.counts, expected.counts)
    assert np.array_equal(batch.xy, expected.xy)
    assert np.array_equal(batch.angle, expected.angle)
    assert np.array_equal(batch.quality, expected.quality)
    assert np.array_equal(batch.ridge_map, expected.ridge_map)


def test_the_best_of_a_batch_are_the_best_of_each() -> None:
    fingers = [generate_mapped_template(generate_master(finger), 0) for finger in range(5)]

    best = MinutiaeBatch.of(fingers).best(20)

    expected = MinutiaeBatch.of([finger.best(20) for finger in fingers])
    assert np.array_equal(best.counts, expected.counts)
    assert np.array_equal(best.xy, expected.xy)
    assert np.array_equal(best.angle, expected.angle)
    assert np.array_equal(best.quality, expected.quality)
