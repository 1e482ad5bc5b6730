"""Train the local descriptor: make train, or python -m matcher.training.descriptor

Killed, it goes on from its last checkpoint. The same seed and steps give the same table up to the
rounding of the machine.
"""

import argparse
import time
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import DESCRIPTOR_FILE
from matcher.training import checkpoint, curves, hashing
from matcher.training.crowds import Crowd, crowds

STEPS = 1000
FINGERS = 48
"""In one step, two touches each."""
_EVERY = 100
"""Steps from one checkpoint, and one look at unseen fingers, to the next."""
_UNSEEN_SEED, _UNSEEN = 0, 4
"""Seed and steps' worth of fingers looked at; seeds to train with count from 1."""


class Training(NamedTuple):
    """All that training goes on from.

    losses: (steps,) of each step so far. missed: (steps // _EVERY + 1,), share of unseen minutiae
    not found first; both NaN where still to come.
    """

    state: hashing.State
    losses: NDArray[np.float32]
    missed: NDArray[np.float32]


def main() -> None:
    """Train, and write the table where the service takes it from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="1 or more; default 1")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"default {STEPS}")
    parser.add_argument("--work", type=Path, default=Path("build/train"), help="for checkpoints")
    parser.add_argument(
        "--out", type=Path, default=DESCRIPTOR_FILE, help="default: in the source tree"
    )
    arguments = parser.parse_args()
    folder = arguments.work / f"descriptor-{arguments.seed}-{arguments.steps}"
    folder.mkdir(parents=True, exist_ok=True)
    hashing.write(train(arguments.seed, arguments.steps, folder), arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


def train(seed: int, steps: int, folder: Path) -> hashing.State:
    """Train to the end, from the checkpoint in `folder` if there is one."""
    stored, done = folder / "checkpoint.npz", 0
    training = Training(
        hashing.begin(seed),
        np.full(steps, np.nan, np.float32),
        np.full(steps // _EVERY + 1, np.nan, np.float32),
    )
    if stored.exists():
        kept, done = checkpoint.load(stored, training)
        training = jax.tree.map(np.array, kept)
    unseen = [one for k in range(_UNSEEN) for one in crowds(_UNSEEN_SEED, k, FINGERS)]
    started = time.monotonic()
    for step in range(done, steps):
        if step % _EVERY == 0:
            _look(training, step, unseen)
            checkpoint.save(stored, training, step)
            curves.draw(training.losses, training.missed, _EVERY, folder / "curves.png")
            _tell(training, step, (time.monotonic() - started) / max(1, step - done))
        state, training.losses[step] = hashing.step(
            training.state, crowds(seed, step, FINGERS), step, steps
        )
        training = training._replace(state=state)
    return training.state


def _look(training: Training, step: int, unseen: list[Crowd]) -> None:
    training.missed[step // _EVERY] = hashing.missed(training.state, unseen)


def _tell(training: Training, step: int, seconds: float) -> None:
    recent = training.losses[max(0, step - _EVERY) : step]
    left = (len(training.losses) - step) * seconds / 60
    print(
        f"step {step} of {len(training.losses)}, loss {recent.mean() if step else np.nan:.3f}, "
        f"unseen missed {training.missed[step // _EVERY]:.2%}, {left:.0f} min left",
        flush=True,
    )


if __name__ == "__main__":
    main()
