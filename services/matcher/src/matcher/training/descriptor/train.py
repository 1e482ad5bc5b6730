"""The training of the local descriptor, from random votes to the last step."""

import time
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from matcher.training import checkpoint
from matcher.training.descriptor import binary_codes
from matcher.training.descriptor.batches import FingerGroup, finger_groups
from matcher.training.loss_curves import draw_loss_curves

STEPS = 4000
FINGERS = 48
"""Fingers of one step, two impressions each."""
_INTERVAL = 100
"""Steps between checkpoints; each measures the held-out fingers too."""
_HELD_OUT_SEED, _HELD_OUT_STEPS = 0, 4
"""Seed and number of steps that give the held-out fingers; trainings use seeds from 1."""


class Training(NamedTuple):
    """All that a training needs to continue; what a checkpoint holds.

    losses: (steps,). missed: (steps // _INTERVAL + 1,), share of held-out minutiae whose mated
    minutia is not nearest. Both NaN where still to come.
    """

    state: binary_codes.TrainingState
    losses: NDArray[np.float32]
    missed: NDArray[np.float32]


def train(seed: int, steps: int, folder: Path) -> binary_codes.TrainingState:
    """Return the trained state; continues from the checkpoint in `folder` if there is one."""
    stored, done = folder / "checkpoint.npz", 0
    training = Training(
        binary_codes.initial_state(seed),
        np.full(steps, np.nan, np.float32),
        np.full(steps // _INTERVAL + 1, np.nan, np.float32),
    )
    if stored.exists():
        loaded, done = checkpoint.load(stored, training)
        training = jax.tree.map(np.array, loaded)
    held_out = [
        group
        for step in range(_HELD_OUT_STEPS)
        for group in finger_groups(_HELD_OUT_SEED, step, FINGERS)
    ]
    started = time.monotonic()
    for step in range(done, steps):
        if step % _INTERVAL == 0:
            _validate(training, step, held_out)
            checkpoint.save(stored, training, step)
            draw_loss_curves(training.losses, training.missed, _INTERVAL, folder / "curves.png")
            _report(training, step, (time.monotonic() - started) / max(1, step - done))
        state, training.losses[step] = binary_codes.step(
            training.state, finger_groups(seed, step, FINGERS), step, steps
        )
        training = training._replace(state=state)
    return training.state


def _validate(training: Training, step: int, held_out: list[FingerGroup]) -> None:
    training.missed[step // _INTERVAL] = binary_codes.missed(training.state, held_out)


def _report(training: Training, step: int, seconds_per_step: float) -> None:
    recent = training.losses[max(0, step - _INTERVAL) : step]
    minutes = (len(training.losses) - step) * seconds_per_step / 60
    print(
        f"step {step} of {len(training.losses)}, loss {recent.mean() if step else np.nan:.3f}, "
        f"held-out missed {training.missed[step // _INTERVAL]:.2%}, {minutes:.0f} min left",
        flush=True,
    )
