import numpy as np
import pytest
from matcher.embedding.neighbourhood_features import MAX_EMBEDDED_MINUTIAE
from matcher.training.embedding.batches import Batch, make_batch
from matcher.training.impression_pairs import FEWEST
from numpy.typing import NDArray

FINGERS = 16
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def some() -> Batch:
    return make_batch(1, 5, FINGERS)


def test_a_step_can_be_made_again(some: Batch) -> None:
    again = make_batch(1, 5, FINGERS)

    assert np.array_equal(again.numbers, some.numbers)
    assert np.array_equal(again.identity, some.identity)


def test_another_step_or_seed_brings_other_fingers(some: Batch) -> None:
    for other in (make_batch(1, 6, FINGERS), make_batch(2, 5, FINGERS)):
        assert not np.array_equal(some.counts, other.counts)


def test_each_finger_has_two_impressions(some: Batch) -> None:
    finger = np.where(some.identity < 0, -1, some.identity // 1000)
    first = finger[: some.counts[:FINGERS].sum()]

    assert len(some.counts) == 2 * FINGERS
    assert set(first[first >= 0]) == set(range(FINGERS))
    assert some.counts.min() >= FEWEST
    assert some.counts.max() <= MAX_EMBEDDED_MINUTIAE


def test_no_minutia_occurs_twice_in_an_impression(some: Batch) -> None:
    for impression in np.split(some.identity, np.cumsum(some.counts)[:-1]):
        true = impression[impression >= 0]
        assert len(np.unique(true)) == len(true)


def test_mated_impressions_share_minutiae_of_similar_description(some: Batch) -> None:
    cut = some.counts[:FINGERS].sum()
    true = np.flatnonzero(some.identity >= 0)
    first, second = true[true < cut], true[true >= cut]
    _, i, j = np.intersect1d(some.identity[first], some.identity[second], return_indices=True)
    one, other = some.numbers[first[i]], some.numbers[second[j]]

    def similarity(a: Floats, b: Floats) -> float:
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        return float(np.median((a * b).sum(axis=1) / lengths))

    assert len(i) > 5 * FINGERS
    assert similarity(one, other) > similarity(one, np.roll(other, 40, axis=0)) + 0.2
