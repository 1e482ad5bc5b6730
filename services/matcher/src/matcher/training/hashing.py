"""How the table of `fingerprint.constellation` goes down its loss.

What is lowered is how often a minutia takes another for itself in the finger's other touch, out of
all minutiae of four fingers' touches: InfoNCE (van den Oord et al., 2018). While learning, bits are
hyperbolic tangents of normalised sums, steeper from step to step (Cao et al., "HashNet", ICCV
2017); the mean of the sums is the threshold, so that each bit is set half of the time.
"""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack  # type: ignore[import-untyped, unused-ignore]

from matcher.comparison.descriptor import DESCRIPTOR_BITS, FULL_WEIGHT, GRID_CELLS
from matcher.training.crowds import Crowd

_RATE, _WARMING = 4e-3, 50
_FIRST = 0.02
"""Spread of the votes at the start: more would stay as noise in cells seldom hit."""
_FORGET = (0.9, 0.99)
"""Of the first and second moments of the slope (Kingma and Ba, "Adam", ICLR 2015)."""
_SHARPNESS = 40.0
"""Inverse temperature of the loss."""
_STEEP = (1.0, 3.0)
"""Steepness of the bits at the first step, and from four fifths of the steps on."""
_FOLLOW = 0.05
"""Share of a step's mean and spread that goes into the running ones."""

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


class State(NamedTuple):
    """All that goes on from step to step.

    votes, slope, square: float32 (GRID_CELLS, 256), the table and Adam's two moments.
    mean, spread: float32 (256,), of the sums.
    """

    votes: Floats
    slope: Floats
    square: Floats
    mean: Floats
    spread: Floats


def begin(seed: int) -> State:
    """Return the state before the first step: votes at random."""
    votes = (
        np.random.default_rng(seed)
        .normal(0, _FIRST, (GRID_CELLS, DESCRIPTOR_BITS))
        .astype(np.float32)
    )
    nothing, ones = np.zeros_like(votes), np.ones(DESCRIPTOR_BITS, np.float32)
    return State(votes, nothing, nothing, 0 * ones, ones)


def step(state: State, crowds: list[Crowd], number: int, steps: int) -> tuple[State, float]:
    """One step down, the `number`th of `steps` from 0; returns the new state and the loss."""
    where = vstack([crowd.where for crowd in crowds], format="csr")
    sums = where @ state.votes
    state = _follow(state, sums, _FOLLOW if number else 1.0)
    steep = _STEEP[0] * (_STEEP[1] / _STEEP[0]) ** min(1.0, number / (0.8 * steps))
    normal = (sums - state.mean) / state.spread
    bits = np.tanh(steep * normal)
    ends = np.cumsum([len(crowd.mate) for crowd in crowds])
    told = [
        _surprise(part, crowd.mate)
        for part, crowd in zip(np.split(bits, ends[:-1]), crowds, strict=True)
    ]
    slope = np.concatenate([slope for slope, _ in told])
    slope *= (1 - bits**2) * (steep / len(crowds))
    # Neither mean nor spread of the sums shall drift: what counts is what tells minutiae apart.
    slope -= slope.mean(0) + normal * (slope * normal).mean(0)
    rate = _RATE * min(1.0, (number + 1) / _WARMING) * (1 + math.cos(math.pi * number / steps)) / 2
    state = _descend(state, where.T @ (slope / state.spread), rate, number + 1)
    return state, float(np.mean([loss for _, loss in told]))


def missed(state: State, crowds: list[Crowd]) -> float:
    """Return the share of minutiae to which another is nearer than the same in the other touch."""
    found: list[NDArray[np.bool_]] = []
    for crowd in crowds:
        bits = np.sign(crowd.where @ state.votes - state.mean)
        alike = bits @ bits.T
        np.fill_diagonal(alike, -np.inf)
        known = np.flatnonzero(crowd.mate >= 0)
        found.append(alike[known, crowd.mate[known]] < alike[known].max(axis=1))
    return float(np.concatenate(found).mean())


def write(state: State, out: Path) -> None:
    """Round to whole numbers what was learned, and write it as `constellation` reads it."""
    scale = 127 / np.abs(state.votes).max(axis=0)
    votes = np.rint(state.votes * scale).astype(np.int8)
    threshold = np.rint(state.mean * scale * FULL_WEIGHT).astype(np.int32)
    np.savez_compressed(out, votes=votes, threshold=threshold)


def _follow(state: State, sums: Floats, share: float) -> State:
    return state._replace(
        mean=state.mean + np.float32(share) * (sums.mean(0) - state.mean),
        spread=state.spread + np.float32(share) * (sums.std(0) - state.spread),
    )


def _surprise(bits: NDArray[np.floating], mate: Indices) -> tuple[Floats, float]:
    """Return the slope (n, 256) of the loss at the bits of one crowd, and the loss."""
    known = np.flatnonzero(mate >= 0)
    sharp = np.float32(_SHARPNESS / DESCRIPTOR_BITS)
    asked, at = bits[known], np.arange(len(known))
    logits = sharp * (asked @ bits.T)
    logits[at, known] = -np.inf
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    loss = -np.log(share[at, mate[known]] + 1e-9).mean()
    share[at, mate[known]] -= 1
    share *= sharp / np.float32(len(known))
    slope = share.T @ asked
    slope[known] += share @ bits
    return slope, float(loss)


def _descend(state: State, slope: Floats, rate: float, number: int) -> State:
    first, second = _FORGET
    mean = first * state.slope + (1 - first) * slope
    square = second * state.square + (1 - second) * slope**2
    size = np.sqrt(square / (1 - second**number)) + 1e-8
    votes = state.votes - rate / (1 - first**number) * mean / size
    return state._replace(votes=votes.astype(np.float32), slope=mean, square=square)
