from pathlib import Path

import numpy as np
import pytest
from matcher.comparison import descriptor
from matcher.training.descriptor import binary_codes
from matcher.training.descriptor.batches import FingerGroup, finger_groups

STEPS = 80
FINGERS = 8


@pytest.fixture(scope="module")
def held_out() -> list[FingerGroup]:
    return [group for step in range(4) for group in finger_groups(0, step, FINGERS)]


@pytest.fixture(scope="module")
def trained() -> binary_codes.TrainingState:
    state = binary_codes.initial_state(1)
    for step in range(STEPS):
        state, _ = binary_codes.step(state, finger_groups(1, step, FINGERS), step, STEPS)
    return state


def test_fewer_minutiae_are_missed_than_at_the_start(
    trained: binary_codes.TrainingState, held_out: list[FingerGroup]
) -> None:
    assert binary_codes.missed(trained, held_out) < 0.9 * binary_codes.missed(
        binary_codes.initial_state(1), held_out
    )


def test_the_same_seed_gives_the_same_table(trained: binary_codes.TrainingState) -> None:
    again = binary_codes.initial_state(1)
    for step in range(STEPS):
        again, _ = binary_codes.step(again, finger_groups(1, step, FINGERS), step, STEPS)

    assert np.array_equal(again.votes, trained.votes)


def test_mated_indices_are_symmetric(held_out: list[FingerGroup]) -> None:
    mated = held_out[1].mated

    known = np.flatnonzero(mated >= 0)

    assert len(known) > len(mated) / 4
    assert (mated[mated[known]] == known).all()
    assert (mated[known] != known).all()


def test_the_gradient_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    bits = rng.uniform(-1, 1, (6, descriptor.DESCRIPTOR_BITS))
    mated = np.array([3, 4, -1, 0, 1, -1])
    towards = rng.normal(size=bits.shape)
    small = 1e-5

    gradient, _ = binary_codes.gradient_and_loss(bits, mated)
    ahead, behind = (
        binary_codes.gradient_and_loss(bits + s * towards, mated)[1] for s in (small, -small)
    )

    assert np.isclose((gradient * towards).sum(), (ahead - behind) / (2 * small), rtol=1e-3)


def test_whole_numbers_keep_the_bits(
    trained: binary_codes.TrainingState, held_out: list[FingerGroup], tmp_path: Path
) -> None:
    histogram = held_out[0].histogram
    binary_codes.write(trained, tmp_path / "table.npz")

    with np.load(tmp_path / "table.npz") as table:
        sums = histogram @ table["votes"].astype(np.float64) * descriptor.FULL_WEIGHT
        rounded = sums > table["threshold"]

    assert (rounded == (histogram @ trained.votes > trained.mean)).mean() > 0.98
