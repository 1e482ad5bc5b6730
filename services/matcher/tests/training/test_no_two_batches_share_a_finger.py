import numpy as np
import pytest
from matcher.embedding.neighbourhood_features import MAX_EMBEDDED_MINUTIAE
from matcher.training.touches import FEWEST, Batch, batch
from numpy.typing import NDArray

FINGERS = 16
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def some() -> Batch:
    return batch(1, 5, FINGERS)


def test_a_step_can_be_made_again(some: Batch) -> None:
    again = batch(1, 5, FINGERS)

    assert np.array_equal(again.numbers, some.numbers)
    assert np.array_equal(again.origin, some.origin)


def test_another_step_or_seed_brings_other_fingers(some: Batch) -> None:
    for other in (batch(1, 6, FINGERS), batch(2, 5, FINGERS)):
        assert not np.array_equal(some.counts, other.counts)


def test_each_finger_touches_twice(some: Batch) -> None:
    finger = np.where(some.origin < 0, -1, some.origin // 1000)
    first = finger[: some.counts[:FINGERS].sum()]

    assert len(some.counts) == 2 * FINGERS
    assert set(first[first >= 0]) == set(range(FINGERS))
    assert some.counts.min() >= FEWEST
    assert some.counts.max() <= MAX_EMBEDDED_MINUTIAE


def test_no_minutia_is_seen_twice_in_a_touch(some: Batch) -> None:
    for touch in np.split(some.origin, np.cumsum(some.counts)[:-1]):
        true = touch[touch >= 0]
        assert len(np.unique(true)) == len(true)


def test_mates_share_minutiae_and_see_them_alike(some: Batch) -> None:
    cut = some.counts[:FINGERS].sum()
    true = np.flatnonzero(some.origin >= 0)
    first, second = true[true < cut], true[true >= cut]
    _, i, j = np.intersect1d(some.origin[first], some.origin[second], return_indices=True)
    one, other = some.numbers[first[i]], some.numbers[second[j]]

    def alike(a: Floats, b: Floats) -> float:
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        return float(np.median((a * b).sum(axis=1) / lengths))

    assert len(i) > 5 * FINGERS
    assert alike(one, other) > alike(one, np.roll(other, 40, axis=0)) + 0.2
