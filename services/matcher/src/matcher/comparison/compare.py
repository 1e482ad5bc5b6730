"""How alike two fingers are, from their minutiae.

Local descriptors say which minutiae may be the same, `alignment` lays one finger on the other,
`evidence` weighs what falls together and what should have. The raw score is the natural logarithm
of a likelihood ratio between synthetic mates and strangers; `calibrate` makes a false match rate
of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison import descriptor as descriptors
from matcher.comparison import likelihood
from matcher.comparison.alignment import align
from matcher.comparison.likelihood import LOWEST, NUMBERS
from matcher.jit import compiled
from matcher.minutiae import Minutiae

VERSION = f"{descriptors.NAME}-align2-{likelihood.VERSION}"

MOST = 49
"""Best minutiae looked at: as many as fit in 2 kB."""
_DESCRIBED = 80
"""Best minutiae that count as neighbours of these; the descriptor was trained with as many."""
_FEWEST = 4
_STEP = 2 * np.pi / 256
_UNREPORTED = 50
_NETWORK = likelihood.load(likelihood.STORED)

Pairs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What a comparison needs of one finger: 41 bytes a minutia, at most 2,009.

    place: int16 (n, 4), x, y (pixels, y upwards), angle (1/256 turn), quality (1 to 100).
    bits:  uint64 (n, 4), local descriptors.
    index: uint8 (n,), which of the finger's minutiae these are.
    """

    place: NDArray[np.int16]
    bits: NDArray[np.uint64]
    index: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.index)


def prepare(found: Minutiae) -> Prepared:
    """Do once what every comparison of this finger needs: at most the 49 best minutiae.

    Minutiae with too little around them to be described are left out.
    """
    order = np.argsort(-found.quality.astype(np.int64), kind="stable")[:_DESCRIBED]
    place = np.empty((len(order), 4), np.int16)
    place[:, :2] = found.xy[order] * np.array([1, -1], np.int16)
    place[:, 2] = np.rint(found.angle[order] / _STEP).astype(np.int64) % 256
    place[:, 3] = np.where(found.quality[order] == 0, _UNREPORTED, found.quality[order])
    where, _ = _unpack(place)
    bits = descriptors.describe(where[:, :2], where[:, 2], found.quality[order])
    kept = np.flatnonzero(bits.any(axis=1))[:MOST]
    return Prepared(place[kept], bits[kept], order[kept].astype(np.uint8))


def compare(probe: Prepared, candidates: Sequence[Prepared]) -> NDArray[np.float32]:
    """Return the raw score of each candidate, float32 (k,), -20 upwards.

    The GIL is released for the whole batch. Fewer than four minutiae on a side score -20. Probe and
    candidate are not alike: exchanged, or turned by as little as rounding moves a minutia, another
    movement may be followed; mates differ by hundredths then, strangers by tenths, seldom by more.
    """
    return _weigh_all(
        numbers(probe, candidates),
        _NETWORK.inward,
        _NETWORK.threshold,
        _NETWORK.outward,
        _NETWORK.straight,
        _NETWORK.bias,
    )


def numbers(probe: Prepared, candidates: Sequence[Prepared]) -> NDArray[np.float64]:
    """Return what speaks for each candidate, float64 (k, 13): see `likelihood.evidence`.

    A row is NaN where a side has fewer than four minutiae.
    """
    if not candidates:
        return np.zeros((0, NUMBERS))
    ends = np.cumsum([len(candidate) for candidate in candidates])
    place = np.concatenate([candidate.place for candidate in candidates])
    bits = np.concatenate([candidate.bits for candidate in candidates])
    return _describe_all(probe.place, probe.bits, place, bits, ends)


def pairs(probe: Prepared, candidate: Prepared) -> Pairs:
    """Return the pairs of minutiae that fall together, int64 (p, 2), the surest first.

    Column 0 indexes the probe's Minutiae, column 1 the candidate's.
    """
    if min(len(probe), len(candidate)) < _FEWEST:
        return np.zeros((0, 2), np.int64)
    partner, weight = _partners(probe.place, probe.bits, candidate.place, candidate.bits)
    mine = np.argsort(-weight, kind="stable")[: int((partner >= 0).sum())]
    return np.stack([probe.index[mine], candidate.index[partner[mine]]], axis=1).astype(np.int64)


@compiled
def _describe_all(
    place_a: NDArray[np.int16],
    bits_a: NDArray[np.uint64],
    place: NDArray[np.int16],
    bits: NDArray[np.uint64],
    ends: NDArray[np.int64],
) -> NDArray[np.float64]:
    described = np.full((len(ends), NUMBERS), np.nan)
    a, quality_a = _unpack(place_a)
    start = 0
    for k in range(len(ends)):
        end = ends[k]
        if min(len(a), end - start) >= _FEWEST:
            b, quality_b = _unpack(place[start:end])
            alike = descriptors.similarity(bits_a, bits[start:end])
            partner, weight, moved, support = align(a, b, alike)
            described[k] = likelihood.evidence(
                moved, quality_a, b, quality_b, alike, partner, weight, support
            )
        start = end
    return described


@compiled
def _weigh_all(
    described: NDArray[np.float64],
    inward: NDArray[np.float64],
    threshold: NDArray[np.float64],
    outward: NDArray[np.float64],
    straight: NDArray[np.float64],
    bias: float,
) -> NDArray[np.float32]:
    scores = np.full(len(described), np.float32(LOWEST))
    for k in range(len(described)):
        if not np.isnan(described[k, 0]):
            scores[k] = likelihood.weigh(described[k], inward, threshold, outward, straight, bias)
    return scores


@compiled
def _partners(
    place_a: NDArray[np.int16],
    bits_a: NDArray[np.uint64],
    place_b: NDArray[np.int16],
    bits_b: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    a, b = _unpack(place_a)[0], _unpack(place_b)[0]
    partner, weight, _, _ = align(a, b, descriptors.similarity(bits_a, bits_b))
    return partner, weight


@compiled
def _unpack(place: NDArray[np.int16]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """x, y, angle (radians), float32 (n, 3), and quality, float32 (n,), 0 to 1."""
    where, quality = np.empty((len(place), 3), np.float32), np.empty(len(place), np.float32)
    for i in range(len(place)):
        where[i, 0], where[i, 1] = place[i, 0], place[i, 1]
        where[i, 2] = place[i, 2] * _STEP
        quality[i] = place[i, 3] / 100
    return where, quality
