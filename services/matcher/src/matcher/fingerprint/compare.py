"""How alike two fingers are, from their minutiae.

Local descriptors find pairs, an assignment makes them one-to-one, relaxation keeps those that
agree with each other: LSA-R of Cappelli, Ferrara, Maltoni, TPAMI 32(12), 2010, section 4. The raw
score has no meaning of its own; `calibrate` gives it one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint import cylinders as descriptors
from matcher.fingerprint.assignment import assign
from matcher.fingerprint.jit import compiled
from matcher.fingerprint.minutiae import Minutiae
from matcher.fingerprint.relaxation import relax

VERSION = f"{descriptors.NAME}-lsar-2"

MOST = 80
"""Best minutiae looked at; the time of a comparison grows with the third power."""
_FEWEST = 4
_MOST_SCORED = 12


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What a comparison needs of one finger, about 3 kB.

    place: float32 (n, 3), x, y (pixels, y upwards) and angle (radians).
    bits:  uint64 (n, 5), local descriptors.
    index: int64 (n,), which of the finger's minutiae these are.
    """

    place: NDArray[np.float32]
    bits: NDArray[np.uint64]
    index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.index)


def prepare(found: Minutiae) -> Prepared:
    """Do once what every comparison of this finger needs: at most the 80 best minutiae."""
    order = np.argsort(-found.quality.astype(np.int64), kind="stable")[:MOST]
    place = np.empty((len(order), 3), np.float32)
    place[:, 0] = found.xy[order, 0]
    place[:, 1] = -found.xy[order, 1]
    place[:, 2] = found.angle[order]
    bits = descriptors.describe(place[:, :2], place[:, 2])
    described = bits.any(axis=1)
    return Prepared(place[described], bits[described], order[described])


def compare(probe: Prepared, candidates: Sequence[Prepared]) -> NDArray[np.float32]:
    """Return the raw score of each candidate, float32 (k,), 0 nothing alike to 1 the same.

    The GIL is released for the whole batch. Fewer than four minutiae on a side score 0.
    """
    if not candidates:
        return np.zeros(0, np.float32)
    ends = np.cumsum([len(candidate) for candidate in candidates])
    place = np.concatenate([candidate.place for candidate in candidates])
    bits = np.concatenate([candidate.bits for candidate in candidates])
    return _compare_all(probe.place, probe.bits, place, bits, ends)


def pairs(probe: Prepared, candidate: Prepared) -> NDArray[np.int64]:
    """Return the pairs of minutiae the score rests on, int64 (p, 2), strongest first.

    Column 0 indexes the probe's Minutiae, column 1 the candidate's.
    """
    chosen, _ = _best_pairs(probe.place, probe.bits, candidate.place, candidate.bits)
    return np.stack([probe.index[chosen[:, 0]], candidate.index[chosen[:, 1]]], axis=1)


def pair_count(probe: Prepared, candidate: Prepared) -> int:
    """Return how many `pairs` there are, without finding them: it follows from the sizes."""
    fewer = min(len(probe), len(candidate))
    return _scored(fewer) if fewer >= _FEWEST else 0


@compiled
def _compare_all(
    place_a: NDArray[np.float32],
    bits_a: NDArray[np.uint64],
    place: NDArray[np.float32],
    bits: NDArray[np.uint64],
    ends: NDArray[np.int64],
) -> NDArray[np.float32]:
    scores = np.zeros(len(ends), np.float32)
    start = 0
    for k in range(len(ends)):
        end = ends[k]
        _, strength = _best_pairs(place_a, bits_a, place[start:end], bits[start:end])
        if len(strength):
            scores[k] = strength.mean()
        start = end
    return scores


@compiled
def _best_pairs(
    place_a: NDArray[np.float32],
    bits_a: NDArray[np.uint64],
    place_b: NDArray[np.float32],
    bits_b: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs (p, 2) that agree best with the others and how strongly (p,)."""
    fewer = min(len(place_a), len(place_b))
    if fewer < _FEWEST:
        return np.zeros((0, 2), np.int64), np.zeros(0)
    paired, alike = _one_to_one(bits_a, bits_b)
    relaxed = relax(place_a[paired[:, 0]], place_b[paired[:, 1]], alike)
    efficiency = relaxed / np.maximum(alike, 1e-6)
    best = np.argsort(-efficiency)[: _scored(fewer)]
    return paired[best], relaxed[best]


@compiled
def _one_to_one(
    bits_a: NDArray[np.uint64], bits_b: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pair each minutia of the smaller side with one of the other: (p, 2) and similarity (p,).

    Any turn is allowed, so that a finger upside down is still found.
    """
    alike = descriptors.similarity(bits_a, bits_b)
    paired = np.empty((min(alike.shape), 2), np.int64)
    if len(bits_a) <= len(bits_b):
        paired[:, 0] = np.arange(len(paired))
        paired[:, 1] = assign(alike)
    else:
        paired[:, 0] = assign(np.ascontiguousarray(alike.T))
        paired[:, 1] = np.arange(len(paired))
    strength = np.empty(len(paired))
    for p in range(len(paired)):
        strength[p] = alike[paired[p, 0], paired[p, 1]]
    return paired, strength


@compiled
def _scored(fewer: int) -> int:
    """How many pairs count, 4 to 12, by the number of minutiae (equation 23)."""
    share = 1 / (1 + math.exp(-0.4 * (fewer - 20)))
    return _FEWEST + round((_MOST_SCORED - _FEWEST) * share)
