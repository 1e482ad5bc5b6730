from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax", reason="only in the environment of make train")
from matcher.training.embedding import discriminants, retrieval, train
from matcher.training.embedding.batches import Batch, make_batch
from matcher.training.embedding.network import Weights, zero_weights

STEPS = 4


class Killed(Exception):
    pass


def any_weights(_batches: object, seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    return Weights(
        *(0.1 * rng.normal(size=each.shape).astype(np.float32) for each in zero_weights())
    )


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "FINGERS", 8)
    monkeypatch.setattr(train, "_INTERVAL", 2)
    monkeypatch.setattr(retrieval, "BATCHES", 1)
    monkeypatch.setattr(discriminants, "initial_weights", any_weights)


def batches(kill_at: int | None) -> object:
    def stream(seed: int, first: int, fingers: int) -> Iterator[Batch]:
        step = first
        while True:
            if step == kill_at:
                raise Killed
            yield make_batch(seed, step, fingers)
            step += 1

    return stream


def test_a_killed_training_ends_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "straight").mkdir()
    (tmp_path / "killed").mkdir()
    monkeypatch.setattr(train, "background_batches", batches(None))
    straight = train.train(1, STEPS, tmp_path / "straight")

    monkeypatch.setattr(train, "background_batches", batches(discriminants.BATCHES + 3))
    with pytest.raises(Killed):
        train.train(1, STEPS, tmp_path / "killed")
    monkeypatch.setattr(train, "background_batches", batches(None))
    resumed = train.train(1, STEPS, tmp_path / "killed")

    assert all(np.array_equal(a, b) for a, b in zip(straight, resumed, strict=True))
    assert not np.array_equal(straight.project, any_weights(None, 1).project)
    assert (tmp_path / "killed" / "curves.png").exists()
