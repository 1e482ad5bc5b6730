from pathlib import Path

import numpy as np
import pytest
from matcher.comparison import descriptor
from matcher.training import hashing
from matcher.training.crowds import Crowd, crowds

STEPS = 40
FINGERS = 8


@pytest.fixture(scope="module")
def unseen() -> list[Crowd]:
    return [crowd for step in range(4) for crowd in crowds(0, step, FINGERS)]


@pytest.fixture(scope="module")
def trained() -> hashing.State:
    state = hashing.begin(1)
    for step in range(STEPS):
        state, _ = hashing.step(state, crowds(1, step, FINGERS), step, STEPS)
    return state


def test_fewer_minutiae_are_missed_than_at_the_start(
    trained: hashing.State, unseen: list[Crowd]
) -> None:
    assert hashing.missed(trained, unseen) < 0.9 * hashing.missed(hashing.begin(1), unseen)


def test_the_same_seed_gives_the_same_table(trained: hashing.State) -> None:
    again = hashing.begin(1)
    for step in range(STEPS):
        again, _ = hashing.step(again, crowds(1, step, FINGERS), step, STEPS)

    assert np.array_equal(again.votes, trained.votes)


def test_mates_are_the_same_minutia_of_the_same_finger(unseen: list[Crowd]) -> None:
    mate = unseen[1].mate

    known = np.flatnonzero(mate >= 0)

    assert len(known) > len(mate) / 2
    assert (mate[mate[known]] == known).all()
    assert (mate[known] != known).all()


def test_the_slope_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    bits = rng.uniform(-1, 1, (6, descriptor.DESCRIPTOR_BITS))
    mate = np.array([3, 4, -1, 0, 1, -1])
    towards = rng.normal(size=bits.shape)
    small = 1e-5

    slope, _ = hashing._surprise(bits, mate)
    ahead, behind = (hashing._surprise(bits + s * towards, mate)[1] for s in (small, -small))

    assert np.isclose((slope * towards).sum(), (ahead - behind) / (2 * small), rtol=1e-3)


def test_whole_numbers_keep_the_bits(
    trained: hashing.State, unseen: list[Crowd], tmp_path: Path
) -> None:
    where = unseen[0].where
    hashing.write(trained, tmp_path / "table.npz")

    with np.load(tmp_path / "table.npz") as table:
        sums = where @ table["votes"].astype(np.float64) * descriptor.FULL_WEIGHT
        rounded = sums > table["threshold"]

    assert (rounded == (where @ trained.votes > trained.mean)).mean() > 0.98
