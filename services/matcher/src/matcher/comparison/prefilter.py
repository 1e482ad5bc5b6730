"""Which of many references deserve a full comparison: the prefilter score of each.

Each of the probe's best minutiae names the minutia of the reference with the nearest descriptor.
The score is the greatest weight of such pairs that agree on one rotation and one shift: a
generalised Hough transform over rotations (Ballard, Pattern Recognition 13(2), 1981), then over
shifts. It is forty to sixty times faster than a comparison.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor import DESCRIPTOR_BITS, DESCRIPTOR_WORDS, popcount
from matcher.comparison.prefetch import WORDS_PER_LINE, prefetch
from matcher.jit import compiled, read_only

MAX_PREFILTERED_MINUTIAE = 24
"""Best minutiae of a finger that take part; further ones add more chance than information."""
_AHEAD = 4
"""References whose minutiae are fetched ahead."""
_ROTATION_BINS = 32
_SHIFT_TOLERANCE = 36
"""Pixels, along x and y added, by which two pairs may disagree on the shift."""


def prefilter_scores(
    probe: PreparedFinger, references: Sequence[PreparedFinger]
) -> NDArray[np.float32]:
    """Return the prefilter score of each reference, float32 (k,), 0 or more.

    Only the order of the scores is meaningful. The GIL is released for the whole batch.
    """
    if not references:
        return np.zeros(0, np.float32)
    bounds = np.cumsum([0, *map(len, references)])
    geometry = np.concatenate([reference.geometry for reference in references])
    descriptors = np.concatenate([reference.descriptors for reference in references])
    rows = np.arange(len(references))
    return batch_prefilter_scores(probe, geometry, descriptors, bounds, rows)


def batch_prefilter_scores(
    probe: PreparedFinger,
    geometry: NDArray[np.int16],
    descriptors: NDArray[np.uint64],
    bounds: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Compute `prefilter_scores` of some of the references that lie end to end.

    geometry: int16 (n, 4) and descriptors: uint64 (n, 4), as in PreparedFinger; bounds: where the
    minutiae of each reference begin, and at last where they end; rows: of the references, int64
    (k,).
    """
    return _batch_scores(
        read_only(probe.geometry),
        read_only(probe.descriptors),
        read_only(geometry),
        read_only(descriptors),
        read_only(bounds),
        read_only(rows),
    )


@compiled
def _batch_scores(
    probe_geometry: NDArray[np.int16],
    probe_descriptors: NDArray[np.uint64],
    geometry: NDArray[np.int16],
    descriptors: NDArray[np.uint64],
    bounds: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Compute `batch_prefilter_scores`."""
    scores = np.zeros(len(rows), np.float32)
    probe_geometry = probe_geometry[:MAX_PREFILTERED_MINUTIAE]
    probe_descriptors = probe_descriptors[:MAX_PREFILTERED_MINUTIAE]
    nearest = np.empty(len(probe_geometry), np.int64)
    weight = np.empty(len(probe_geometry), np.float32)
    rotation = np.empty(len(probe_geometry), np.int64)
    histogram = np.empty(_ROTATION_BINS, np.float32)
    words = np.empty((DESCRIPTOR_WORDS, MAX_PREFILTERED_MINUTIAE), np.uint64)
    for k in range(len(rows)):
        if k + _AHEAD < len(rows):
            ahead = bounds[rows[k + _AHEAD]]
            for line in range(0, MAX_PREFILTERED_MINUTIAE * DESCRIPTOR_WORDS, WORDS_PER_LINE):
                prefetch(descriptors, np.uint64(ahead * DESCRIPTOR_WORDS + line))
            for line in range(0, MAX_PREFILTERED_MINUTIAE, WORDS_PER_LINE):
                prefetch(geometry, np.uint64((ahead + line) * geometry.shape[1]))
        start = bounds[rows[k]]
        end = min(bounds[rows[k] + 1], start + MAX_PREFILTERED_MINUTIAE)
        if end > start:
            for j in range(end - start):
                for word in range(DESCRIPTOR_WORDS):
                    words[word, j] = descriptors[start + j, word]
            _match_descriptors(probe_descriptors, words, end - start, nearest, weight)
            scores[k] = _agreeing_weight(
                probe_geometry, geometry[start:end], nearest, weight, rotation, histogram
            )
    return scores


@compiled
def _match_descriptors(
    probe: NDArray[np.uint64],
    reference: NDArray[np.uint64],
    size: int,
    nearest: NDArray[np.int64],
    weight: NDArray[np.float32],
) -> None:
    """Write the row of the nearest descriptor of each probe minutia, and its weight, 0 to 1.

    reference: its descriptors word by word, uint64 (4, size or more). Distance and row are compared
    as one word, so that it is vectorised.
    """
    for i in range(len(probe)):
        a, b, c, d = probe[i]
        best = np.uint64(0xFFFFFFFF)
        for j in range(size):
            distance = np.uint64(
                popcount(reference[0, j] ^ a)
                + popcount(reference[1, j] ^ b)
                + popcount(reference[2, j] ^ c)
                + popcount(reference[3, j] ^ d)
            )
            best = min(best, distance << np.uint64(8) | np.uint64(j))
        similarity = max(0.0, 1.0 - 2.0 * (best >> np.uint64(8)) / DESCRIPTOR_BITS)
        nearest[i], weight[i] = best & np.uint64(0xFF), similarity * similarity


@compiled
def _agreeing_weight(
    probe: NDArray[np.int16],
    reference: NDArray[np.int16],
    nearest: NDArray[np.int64],
    weight: NDArray[np.float32],
    rotation: NDArray[np.int64],
    histogram: NDArray[np.float32],
) -> float:
    """Return the greatest weight of pairs that agree on a rotation, within one bin, and a shift.

    rotation, histogram: working space.
    """
    histogram[:] = 0
    for i in range(len(rotation)):
        turn = (reference[nearest[i], 2] - probe[i, 2]) & 255
        rotation[i] = turn * _ROTATION_BINS // 256
        histogram[rotation[i]] += weight[i]
    best, best_bin = np.float32(0), 0
    for k in range(_ROTATION_BINS):
        here = histogram[k - 1] + histogram[k] + histogram[(k + 1) % _ROTATION_BINS]
        if here > best:
            best, best_bin = here, k
    angle = (best_bin + 0.5) * 2 * math.pi / _ROTATION_BINS
    cos, sin = math.cos(angle), math.sin(angle)
    return _weight_of_one_shift(probe, reference, nearest, weight, rotation, best_bin, cos, sin)


@compiled
def _weight_of_one_shift(
    probe: NDArray[np.int16],
    reference: NDArray[np.int16],
    nearest: NDArray[np.int64],
    weight: NDArray[np.float32],
    rotation: NDArray[np.int64],
    best_bin: int,
    cos: float,
    sin: float,
) -> float:
    """Return the greatest weight of pairs of about this rotation that agree on a shift."""
    size = len(rotation)
    x, y, pair_weight = np.empty(size), np.empty(size), np.empty(size)
    count = 0
    for i in range(size):
        bins_apart = (rotation[i] - best_bin + 1) % _ROTATION_BINS
        if bins_apart > 2 or weight[i] == 0:
            continue
        x[count] = reference[nearest[i], 0] - (cos * probe[i, 0] - sin * probe[i, 1])
        y[count] = reference[nearest[i], 1] - (sin * probe[i, 0] + cos * probe[i, 1])
        pair_weight[count] = weight[i]
        count += 1
    greatest = 0.0
    for i in range(count):
        total = 0.0
        for j in range(count):
            if abs(x[i] - x[j]) + abs(y[i] - y[j]) < _SHIFT_TOLERANCE:
                total += pair_weight[j]
        greatest = max(greatest, total)
    return greatest
