"""The training of the embedding: from the discriminants to the last step of gradient descent."""

import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from matcher.training import checkpoint
from matcher.training.embedding import discriminants, info_nce, network, retrieval
from matcher.training.embedding.background_batches import background_batches
from matcher.training.embedding.batches import PaddedBatch, pad
from matcher.training.embedding.network import Weights
from matcher.training.loss_curves import draw_loss_curves

STEPS = 600
FINGERS = 256
"""Fingers of one batch, two impressions each."""
_LEARNING_RATE, _WARM_UP_STEPS = 2e-3, 40
_INTERVAL = 50
"""Steps between checkpoints; each measures the held-out fingers too."""


class Training(NamedTuple):
    """All that a training needs to continue; what a checkpoint holds.

    losses: (steps,). missed: (steps // _INTERVAL + 1,), share of held-out fingers whose mated
    impression is not at rank 1. Both NaN where still to come.
    """

    state: info_nce.TrainingState
    losses: jax.Array
    missed: jax.Array


def train(seed: int, steps: int, folder: Path) -> Weights:
    """Return the trained weights; continues from the checkpoint in `folder` if there is one."""
    warm_up = min(_WARM_UP_STEPS, steps // 10)
    rates = optax.warmup_cosine_decay_schedule(
        0, _LEARNING_RATE, warm_up, steps, _LEARNING_RATE / 50
    )
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rates, b2=0.99))
    stored = folder / "checkpoint.npz"
    if not stored.exists():
        checkpoint.save(stored, _initial_training(seed, steps, optimiser), 0)
    training, done = checkpoint.load(stored, _blank_training(steps, optimiser))
    descend = jax.jit(partial(info_nce.step, optimiser=optimiser))
    held_out, started = retrieval.held_out_batches(FINGERS), time.monotonic()
    first = discriminants.BATCHES + done
    with closing(background_batches(seed, first, FINGERS)) as batches:
        for step in range(done, steps + 1):
            if step % _INTERVAL == 0 or step == steps:
                training = _validate(training, step // _INTERVAL, held_out)
                checkpoint.save(stored, training, step)
                _draw(training, folder)
                _report(training, step, (time.monotonic() - started) / max(1, step - done))
            if step == steps:
                break
            state, loss = descend(training.state, pad(next(batches)))
            training = training._replace(state=state, losses=training.losses.at[step].set(loss))
    return training.state.weights


def _validate(training: Training, index: int, held_out: list[PaddedBatch]) -> Training:
    share = retrieval.missed(partial(_EMBED, training.state.weights), held_out)
    return training._replace(missed=training.missed.at[index].set(share))


def _draw(training: Training, folder: Path) -> None:
    losses, missed = np.asarray(training.losses), np.asarray(training.missed)
    draw_loss_curves(losses, missed, _INTERVAL, folder / "curves.png")


def _report(training: Training, step: int, seconds_per_step: float) -> None:
    line = f"step {step} of {len(training.losses)}, "
    if step:
        loss = jnp.nanmean(training.losses[max(0, step - _INTERVAL) : step])
        minutes = (len(training.losses) - step) * seconds_per_step / 60
        line += f"loss {loss:.3f}, {minutes:.0f} min left, "
    print(f"{line}held-out missed {training.missed[step // _INTERVAL]:.2%}", flush=True)


_EMBED = jax.jit(network.embed)


def _initial_training(seed: int, steps: int, optimiser: optax.GradientTransformation) -> Training:
    print("computing the discriminants; this takes minutes", flush=True)
    with closing(background_batches(seed, 0, FINGERS)) as batches:
        weights = discriminants.initial_weights(batches, seed)
    state = info_nce.initial_state(weights, optimiser)
    return _blank_training(steps, optimiser)._replace(state=state)


def _blank_training(steps: int, optimiser: optax.GradientTransformation) -> Training:
    state = info_nce.initial_state(network.zero_weights(), optimiser)
    return Training(state, jnp.full(steps, jnp.nan), jnp.full(steps // _INTERVAL + 1, jnp.nan))
