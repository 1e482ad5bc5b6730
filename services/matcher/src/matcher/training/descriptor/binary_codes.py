"""Learns the table of votes of `matcher.comparison.descriptor` by gradient descent.

The loss is InfoNCE (van den Oord, Li and Vinyals, 2018): each minutia is to be nearer to the mated
minutia in the finger's other impression than to all other minutiae of four fingers. During training
bits are hyperbolic tangents of normalised sums, steeper from step to step (Cao et al., "HashNet",
ICCV 2017); the threshold of a bit is the mean of its sums, so that it is set half of the time.
"""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack  # type: ignore[import-untyped, unused-ignore]

from matcher.comparison.descriptor import DESCRIPTOR_BITS, FULL_WEIGHT, GRID_CELLS
from matcher.training.descriptor.batches import FingerGroup

_LEARNING_RATE, _WARM_UP_STEPS = 4e-3, 50
_INITIAL_SPREAD = 0.02
"""Standard deviation of the initial votes: more would stay as noise in cells seldom hit."""
_DECAYS = (0.9, 0.99)
"""Decay of the first and second moments of the gradient (Kingma and Ba, "Adam", ICLR 2015)."""
_SHARPNESS = 40.0
"""Inverse temperature of the loss."""
_STEEPNESS = (1.0, 3.0)
"""Steepness of the bits at the first step, and from four fifths of the steps on."""
_AVERAGING = 0.05
"""Weight of a step's mean and standard deviation in the running ones."""

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


class TrainingState(NamedTuple):
    """What is learned, and the state of the optimiser.

    votes: float32 (GRID_CELLS, 256), the table; gradient, square: the same shape, Adam's moments.
    mean, spread: float32 (256,), mean and standard deviation of the sums of each bit.
    """

    votes: Floats
    gradient: Floats
    square: Floats
    mean: Floats
    spread: Floats


def initial_state(seed: int) -> TrainingState:
    """Return the state before the first step, with random votes."""
    rng = np.random.default_rng(seed)
    votes = rng.normal(0, _INITIAL_SPREAD, (GRID_CELLS, DESCRIPTOR_BITS)).astype(np.float32)
    zeros, ones = np.zeros_like(votes), np.ones(DESCRIPTOR_BITS, np.float32)
    return TrainingState(votes, zeros, zeros, 0 * ones, ones)


def step(
    state: TrainingState, groups: list[FingerGroup], number: int, steps: int
) -> tuple[TrainingState, float]:
    """Make one step of gradient descent; return the new state and the loss before it.

    number: of this step, from 0; steps: of the whole training.
    """
    histogram = vstack([group.histogram for group in groups], format="csr")
    sums = histogram @ state.votes
    state = _update_running_moments(state, sums, _AVERAGING if number else 1.0)
    steepness = _STEEPNESS[0] * (_STEEPNESS[1] / _STEEPNESS[0]) ** min(1.0, number / (0.8 * steps))
    normal = (sums - state.mean) / state.spread
    bits = np.tanh(steepness * normal)
    ends = np.cumsum([len(group.mated) for group in groups])
    parts = [
        gradient_and_loss(part, group.mated)
        for part, group in zip(np.split(bits, ends[:-1]), groups, strict=True)
    ]
    gradient = np.concatenate([gradient for gradient, _ in parts])
    gradient *= (1 - bits**2) * (steepness / len(groups))
    # Mean and spread of the sums must not drift: only what separates minutiae may change.
    gradient -= gradient.mean(0) + normal * (gradient * normal).mean(0)
    rate = (
        _LEARNING_RATE
        * min(1.0, (number + 1) / _WARM_UP_STEPS)
        * (1 + math.cos(math.pi * number / steps))
        / 2
    )
    state = _descend(state, histogram.T @ (gradient / state.spread), rate, number + 1)
    return state, float(np.mean([loss for _, loss in parts]))


def missed(state: TrainingState, groups: list[FingerGroup]) -> float:
    """Return the share of minutiae to which another minutia is nearer than the mated one."""
    missed_of_groups: list[NDArray[np.bool_]] = []
    for group in groups:
        bits = np.sign(group.histogram @ state.votes - state.mean)
        similarity = bits @ bits.T
        np.fill_diagonal(similarity, -np.inf)
        known = np.flatnonzero(group.mated >= 0)
        of_mated = similarity[known, group.mated[known]]
        missed_of_groups.append(of_mated < similarity[known].max(axis=1))
    return float(np.concatenate(missed_of_groups).mean())


def write(state: TrainingState, path: Path) -> None:
    """Round votes and thresholds to whole numbers and write them as the descriptor reads them."""
    scale = 127 / np.abs(state.votes).max(axis=0)
    votes = np.rint(state.votes * scale).astype(np.int8)
    threshold = np.rint(state.mean * scale * FULL_WEIGHT).astype(np.int32)
    np.savez_compressed(path, votes=votes, threshold=threshold)


def _update_running_moments(state: TrainingState, sums: Floats, weight: float) -> TrainingState:
    return state._replace(
        mean=state.mean + np.float32(weight) * (sums.mean(0) - state.mean),
        spread=state.spread + np.float32(weight) * (sums.std(0) - state.spread),
    )


def gradient_and_loss(bits: NDArray[np.floating], mated: Indices) -> tuple[Floats, float]:
    """Return the gradient (n, 256) of the loss at the bits of one group, and the loss.

    bits: (n, 256), -1 to 1. mated: see `FingerGroup`.
    """
    known = np.flatnonzero(mated >= 0)
    sharpness = np.float32(_SHARPNESS / DESCRIPTOR_BITS)
    probes, row = bits[known], np.arange(len(known))
    logits = sharpness * (probes @ bits.T)
    logits[row, known] = -np.inf
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    loss = -np.log(share[row, mated[known]] + 1e-9).mean()
    share[row, mated[known]] -= 1
    share *= sharpness / np.float32(len(known))
    gradient = share.T @ probes
    gradient[known] += share @ bits
    return gradient, float(loss)


def _descend(state: TrainingState, gradient: Floats, rate: float, number: int) -> TrainingState:
    """Make step `number` (from 1) of Adam at this learning rate."""
    first, second = _DECAYS
    mean = first * state.gradient + (1 - first) * gradient
    square = second * state.square + (1 - second) * gradient**2
    size = np.sqrt(square / (1 - second**number)) + 1e-8
    votes = state.votes - rate / (1 - first**number) * mean / size
    return state._replace(votes=votes.astype(np.float32), gradient=mean, square=square)
