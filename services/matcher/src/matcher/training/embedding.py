"""Train the embedding: make train, or python -m matcher.training.embedding

First discriminants, in closed form, then descent on a contrastive loss. Killed, it goes on from its
last checkpoint. The same seed and steps give the same network up to the rounding of the machine.
"""

import argparse
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from matcher.embedding.embedding_network import EMBEDDING_FILE
from matcher.training import checkpoint, contrast, curves, discriminant, network, onnx_file, recall
from matcher.training.network import Weights
from matcher.training.packing import Packed, pack
from matcher.training.stream import stream

STEPS = 600
FINGERS = 256
"""In one batch, two touches each."""
_RATE, _WARMING = 2e-3, 40
_EVERY = 50
"""Steps from one checkpoint, and one look at unseen fingers, to the next."""


class Training(NamedTuple):
    """All that training goes on from.

    losses: (steps,) of each step so far. missed: (steps // _EVERY + 1,), share of unseen fingers
    not found first; both NaN where still to come.
    """

    state: contrast.State
    losses: jax.Array
    missed: jax.Array


def main() -> None:
    """Train, and write the network where the service takes it from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"of descent; default {STEPS}")
    parser.add_argument("--work", type=Path, default=Path("build/train"), help="for checkpoints")
    parser.add_argument(
        "--out", type=Path, default=EMBEDDING_FILE, help="default: in the source tree"
    )
    arguments = parser.parse_args()
    folder = arguments.work / f"embedding-{arguments.seed}-{arguments.steps}"
    folder.mkdir(parents=True, exist_ok=True)
    onnx_file.write(train(arguments.seed, arguments.steps, folder), arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


def train(seed: int, steps: int, folder: Path) -> Weights:
    """Train to the end, from the checkpoint in `folder` if there is one."""
    warming = min(_WARMING, steps // 10)
    rates = optax.warmup_cosine_decay_schedule(0, _RATE, warming, steps, _RATE / 50)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rates, b2=0.99))
    stored = folder / "checkpoint.npz"
    if not stored.exists():
        checkpoint.save(stored, _begun(seed, steps, optimiser), 0)
    training, done = checkpoint.load(stored, _blank(steps, optimiser))
    down = jax.jit(partial(contrast.step, optimiser=optimiser))
    unseen, started = recall.unseen(FINGERS), time.monotonic()
    with closing(stream(seed, discriminant.BATCHES + done, FINGERS)) as batches:
        for step in range(done, steps + 1):
            if step % _EVERY == 0 or step == steps:
                training = _look(training, step // _EVERY, unseen)
                checkpoint.save(stored, training, step)
                _draw(training, folder)
                _tell(training, step, (time.monotonic() - started) / max(1, step - done))
            if step == steps:
                break
            state, loss = down(training.state, pack(next(batches)))
            training = training._replace(state=state, losses=training.losses.at[step].set(loss))
    return training.state.weights


def _look(training: Training, look: int, unseen: list[Packed]) -> Training:
    share = recall.missed(partial(_EMBED, training.state.weights), unseen)
    return training._replace(missed=training.missed.at[look].set(share))


def _draw(training: Training, folder: Path) -> None:
    losses, missed = np.asarray(training.losses), np.asarray(training.missed)
    curves.draw(losses, missed, _EVERY, folder / "curves.png")


def _tell(training: Training, step: int, seconds: float) -> None:
    line = f"step {step} of {len(training.losses)}, "
    if step:
        loss = jnp.nanmean(training.losses[max(0, step - _EVERY) : step])
        line += f"loss {loss:.3f}, {(len(training.losses) - step) * seconds / 60:.0f} min left, "
    print(f"{line}unseen missed {training.missed[step // _EVERY]:.2%}", flush=True)


_EMBED = jax.jit(network.embed)


def _begun(seed: int, steps: int, optimiser: optax.GradientTransformation) -> Training:
    print("first the discriminants: minutes without a sign", flush=True)
    with closing(stream(seed, 0, FINGERS)) as batches:
        weights = discriminant.start(batches, seed)
    return _blank(steps, optimiser)._replace(state=contrast.begin(weights, optimiser))


def _blank(steps: int, optimiser: optax.GradientTransformation) -> Training:
    state = contrast.begin(network.blank(), optimiser)
    return Training(state, jnp.full(steps, jnp.nan), jnp.full(steps // _EVERY + 1, jnp.nan))


if __name__ == "__main__":
    main()
