"""What a minutia's neighbourhood looks like, in 256 learned bits.

Each neighbour within 90 pixels lies somewhere in a grid over place and direction, in the minutia's
own frame, and adds what a learned table holds there, interpolated between the eight cells around
it. Bit k is set where the sum of column k exceeds a learned threshold. Two minutiae are as alike
as they share bits. How the table is learned: `matcher.training.descriptor`.

All sums are of whole numbers, so that no order of summation changes a bit.
"""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled

WORDS = 4
BITS = 64 * WORDS
CELLS = 15
"""Along each side of the grid over places."""
DIRECTIONS = 8
SIZE = CELLS * CELLS * DIRECTIONS
CORNERS = 8
_RADIUS = 90.0  # pixels
_CELL = 2 * _RADIUS / (CELLS - 1)
_LEAST_NEIGHBOURS = 2
WHOLE = 4096
"""A neighbour's full weight, shared out among eight cells."""
_GOOD, _LEAST_WEIGHT = 70.0, 0.25
"""Quality from which a neighbour counts fully, and what one of the worst still counts."""
_UNKNOWN = 60.0
"""Taken as quality where none is reported."""
_FAR = BITS / 2
"""Differing bits of two minutiae that have nothing in common."""
DESCRIPTOR_FILE = Path(__file__).with_name("descriptor.npz")
"""The table that comes with this package."""
_NAMES = {
    "fa3f45323b0d303b75c09aeb48efe9f1199e80c5de23a149b466a13f5b8b5f57": "constellation-1",
}
"""Names of tables by the SHA-256 of their file; any other is named by its digest."""

Floats = NDArray[np.float32]
Bits = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class DescriptorTable:
    """A learned table from neighbourhoods to bits.

    votes: int8 (SIZE, 256), what a neighbour in each cell contributes to each bit.
    threshold: int32 (256,), in units of votes times `WHOLE`.
    name: of this table, a part of the comparison's version.
    """

    votes: NDArray[np.int8]
    threshold: NDArray[np.int32]
    name: str

    @classmethod
    def load(cls, path: Path = DESCRIPTOR_FILE) -> Self:
        """Read a table from an NPZ file. Raises OSError, ValueError, KeyError."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with np.load(path) as arrays:
            name = _NAMES.get(digest, f"descriptor-{digest[:8]}")
            return cls(arrays["votes"], arrays["threshold"], name)

    def describe(self, xy: Floats, angle: Floats, quality: NDArray[np.uint8]) -> Bits:
        """Describe every minutia by its neighbours within 90 pixels.

        xy: float32 (n, 2), pixels at 500 dpi, y upwards; angle: float32 (n,), radians; quality:
        uint8 (n,), 1 to 100, 0 not reported: poor neighbours count less.
        Returns uint64 (n, 4); all zero where there are fewer than two neighbours.
        """
        return _bits(xy, angle, weights(quality), self.votes, self.threshold)


@compiled
def similarity(a: Bits, b: Bits) -> Floats:
    """Compare every descriptor of a (n, 4) with every one of b (m, 4).

    Returns float32 (n, m), 0 as alike as strangers or less, 1 the same.
    """
    alike = np.empty((len(a), len(b)), np.float32)
    for i in range(len(a)):
        for j in range(len(b)):
            alike[i, j] = max(0.0, 1 - differing(a[i], b[j]) / _FAR)
    return alike


@compiled
def differing(a: Bits, b: Bits) -> int:
    """Count the bits in which two descriptors (4,) differ, 0 to 256."""
    count = 0
    for word in range(WORDS):
        count += _ones(a[word] ^ b[word])
    return count


def weights(quality: NDArray[np.uint8]) -> Floats:
    """Return how much each minutia counts as a neighbour, float32 (n,), 0.25 to 1."""
    known = np.where(quality == 0, _UNKNOWN, quality)
    share = _LEAST_WEIGHT + (1 - _LEAST_WEIGHT) * np.minimum(1, known / _GOOD)
    return np.asarray(share, np.float32)


@compiled
def constellations(
    xy: Floats, angle: Floats, weight: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return where the neighbours of every minutia lie in the grid, as a sparse matrix (n, SIZE).

    Row starts int64 (n + 1,), cells int32 (e,) and shares int32 (e,), of `WHOLE`.
    """
    count = len(angle)
    starts = np.zeros(count + 1, np.int64)
    cells = np.empty((count * count, CORNERS), np.int32)
    shares = np.empty((count * count, CORNERS), np.int32)
    filled = 0
    for i in range(count):
        cos, sin = math.cos(angle[i]), math.sin(angle[i])
        for j in range(count):
            dx, dy = xy[j, 0] - xy[i, 0], xy[j, 1] - xy[i, 1]
            if j == i or dx * dx + dy * dy > _RADIUS * _RADIUS:
                continue
            u, v = cos * dx + sin * dy, cos * dy - sin * dx
            _share_out(u, v, angle[j] - angle[i], weight[j], cells[filled], shares[filled])
            filled += 1
        starts[i + 1] = filled * CORNERS
    return starts, cells[:filled].reshape(-1), shares[:filled].reshape(-1)


@compiled
def _share_out(
    u: float,
    v: float,
    turn: float,
    weight: float,
    cells: NDArray[np.int32],
    shares: NDArray[np.int32],
) -> None:
    """Share a neighbour at (u, v) of the minutia's frame out among the cells around it."""
    column, row = (u + _RADIUS) / _CELL, (v + _RADIUS) / _CELL
    left, below = min(int(column), CELLS - 2), min(int(row), CELLS - 2)
    section = turn / (2 * math.pi) * DIRECTIONS
    before = math.floor(section)
    for corner in range(CORNERS):
        x, y, z = left + (corner & 1), below + (corner >> 1 & 1), before + (corner >> 2)
        near = (1 - abs(column - x)) * (1 - abs(row - y)) * (1 - abs(section - z))
        cells[corner] = (x * CELLS + y) * DIRECTIONS + int(z) % DIRECTIONS
        shares[corner] = round(WHOLE * weight * near)


@compiled
def _bits(
    xy: Floats,
    angle: Floats,
    weight: Floats,
    votes: NDArray[np.int8],
    threshold: NDArray[np.int32],
) -> Bits:
    starts, cells, shares = constellations(xy, angle, weight)
    bits = np.zeros((len(angle), WORDS), np.uint64)
    sums = np.empty(BITS, np.int32)
    for i in range(len(angle)):
        if starts[i + 1] - starts[i] < _LEAST_NEIGHBOURS * CORNERS:
            continue
        sums[:] = 0
        for entry in range(starts[i], starts[i + 1]):
            share, row = shares[entry], votes[cells[entry]]
            for k in range(BITS):
                sums[k] += share * np.int32(row[k])
        for k in range(BITS):
            if sums[k] > threshold[k]:
                bits[i, k >> 6] |= np.uint64(1) << np.uint64(k & 63)
    return bits


@compiled
def _ones(word: np.uint64) -> int:
    """Count set bits; LLVM knows this shape and makes one instruction of it."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    pairs = np.uint64(0x3333333333333333)
    word = (word & pairs) + ((word >> np.uint64(2)) & pairs)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
