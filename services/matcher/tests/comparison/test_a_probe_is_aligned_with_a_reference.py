import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.comparison.alignment import align

FAR = np.float32(0)


def a_finger(count: int, seed: int = 0) -> np.ndarray:
    """Places no nearer to each other than an extractor reports them."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1).reshape(-1, 2)
    xy = 30 * rng.permutation(grid)[:count] + rng.uniform(-5, 5, (count, 2))
    return np.column_stack([xy, rng.uniform(0, 2 * np.pi, count)]).astype(np.float32)


def moved(finger: np.ndarray, turn: float, shift: tuple[float, float]) -> np.ndarray:
    cos, sin = np.cos(turn), np.sin(turn)
    xy = finger[:, :2] @ np.array([[cos, sin], [-sin, cos]]) + shift
    return np.column_stack([xy, finger[:, 2] + turn]).astype(np.float32)


def similarities(count: int, seed: int = 0, mated: float = 0.6) -> np.ndarray:
    """Similarities of descriptors, on average higher for mated minutiae."""
    chance = np.random.default_rng(seed).uniform(0, 0.3, (count, count))
    return (chance + mated * np.eye(count)).astype(np.float32)


@settings(deadline=None, max_examples=30)
@given(st.floats(-np.pi, np.pi), st.floats(-300, 300), st.floats(-300, 300))
def test_any_turn_and_shift_is_found(turn: float, x: float, y: float) -> None:
    finger = a_finger(30)
    other = moved(finger, turn, (x, y))

    partner, weight, laid, support, _ = align(finger, other, similarities(30))

    assert partner.tolist() == list(range(30))
    assert np.abs(laid[:, :2] - other[:, :2]).max() < 1
    assert (weight > 0.8).all()
    assert support > 10


def test_skin_may_bend() -> None:
    finger = a_finger(40)
    bent = finger.copy()
    bent[:, 0] += 12 * np.sin(finger[:, 1] / 60)

    partner, _, laid, _, _ = align(finger, bent, similarities(40))

    assert (partner == np.arange(40)).mean() > 0.9
    rigid = np.abs(finger[:, 0] - bent[:, 0]).mean()
    assert np.abs(laid[:, 0] - bent[:, 0]).mean() < rigid / 2


def test_minutiae_only_one_finger_has_stay_alone() -> None:
    finger = a_finger(40)

    partner, weight, _, _, _ = align(finger, finger[:25], similarities(40)[:, :25])

    assert partner[:25].tolist() == list(range(25))
    assert (partner[25:] == -1).all()
    assert (weight[25:] == 0).all()


def test_nobody_is_paired_twice() -> None:
    rng = np.random.default_rng(5)
    dense = np.column_stack([rng.uniform(0, 40, (30, 2)), np.zeros(30)]).astype(np.float32)

    partner, _, _, _, _ = align(dense, dense[::-1].copy(), np.ones((30, 30), np.float32))

    taken = partner[partner >= 0]
    assert len(taken) == len(np.unique(taken))


@pytest.mark.parametrize("count", [4, 30])
def test_dissimilar_minutiae_propose_nothing(count: int) -> None:
    finger = a_finger(count)

    partner, weight, _, support, _ = align(finger, finger, np.full((count, count), FAR))

    assert (partner == -1).all()
    assert support == weight.sum() == 0
