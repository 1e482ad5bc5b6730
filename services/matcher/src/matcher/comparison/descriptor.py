"""The local descriptor of a minutia: its neighbourhood in 256 learned bits.

Each neighbour within 90 pixels falls into a grid over position and direction, in the minutia's own
frame, and adds the votes of the eight cells around it, interpolated, from a learned table. Bit k is
set where the sum of column k exceeds a learned threshold. The similarity of two minutiae is the
share of bits that are equal, rescaled. `matcher.training.descriptor` learns the table.

All sums are of integers, so that the order of summation changes no bit.
"""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled

DESCRIPTOR_WORDS = 4
"""Words of 64 bits in a descriptor."""
DESCRIPTOR_BITS = 64 * DESCRIPTOR_WORDS
GRID_SIDE = 15
"""Cells along each side of the grid over positions."""
GRID_DIRECTIONS = 8
"""Cells over the direction of a neighbour."""
GRID_CELLS = GRID_SIDE * GRID_SIDE * GRID_DIRECTIONS
CELLS_PER_NEIGHBOUR = 8
"""Cells among which each neighbour is shared out."""
FULL_WEIGHT = 4096
"""Integer weight of a neighbour of full quality, shared out among its cells."""
_RADIUS = 90.0  # pixels
_CELL = 2 * _RADIUS / (GRID_SIDE - 1)
_MIN_NEIGHBOURS = 2
_GOOD_QUALITY, _MIN_WEIGHT = 70.0, 0.25
"""Least quality at which a neighbour counts fully, and the weight of one of quality 0."""
_UNREPORTED_QUALITY = 60.0
"""Quality assumed where none is reported."""
DESCRIPTOR_FILE = Path(__file__).with_name("descriptor.npz")
"""The table that comes with this package."""
_NAMES = {
    "fa3f45323b0d303b75c09aeb48efe9f1199e80c5de23a149b466a13f5b8b5f57": "constellation-1",
    "173298fba6040aab0f48a461d603208669ca9bbf96fa5c42af3676d8298ce1b0": "constellation-2",
}
"""Names of tables by the SHA-256 of their file; any other is named by its digest."""
_SHAPES = {
    "votes": ("int8", (GRID_CELLS, DESCRIPTOR_BITS)),
    "threshold": ("int32", (DESCRIPTOR_BITS,)),
}
"""Of the arrays in a file, for kernels do not look where an array ends."""

Floats = NDArray[np.float32]
Descriptors = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class DescriptorTable:
    """A learned table from neighbourhoods to bits.

    votes: int8 (GRID_CELLS, 256), what a neighbour in each cell contributes to each bit.
    threshold: int32 (256,), in units of votes times `FULL_WEIGHT`.
    name: of this table, a part of the comparison's version.
    """

    votes: NDArray[np.int8]
    threshold: NDArray[np.int32]
    name: str

    @classmethod
    def load(cls, path: Path = DESCRIPTOR_FILE) -> Self:
        """Read a table from an NPZ file. Raises OSError, ValueError."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with np.load(path) as arrays:
            found = {key: arrays[key] for key in arrays}
        shapes = {key: (array.dtype.name, array.shape) for key, array in found.items()}
        if shapes != _SHAPES:
            raise ValueError(f"{path} holds {shapes}, not {_SHAPES}")
        name = _NAMES.get(digest, f"descriptor-{digest[:8]}")
        return cls(found["votes"], found["threshold"], name)


@compiled
def describe(
    xy: Floats,
    angle: Floats,
    quality: NDArray[np.uint8],
    votes: NDArray[np.int8],
    threshold: NDArray[np.int32],
    most: int,
) -> Descriptors:
    """Return the descriptor of each minutia, by its neighbours within 90 pixels.

    xy: float32 (n, 2), pixels at 500 dpi, y upwards; angle: float32 (n,), radians; quality: uint8
    (n,), 1 to 100, 0 not reported: neighbours of poor quality count less. votes, threshold: of a
    DescriptorTable. Returns uint64 (n, 4); all zero where there are fewer than two neighbours, and
    after the first ``most`` that are not.
    """
    starts, cells, shares = neighbour_grids(xy, angle, neighbour_weights(quality))
    descriptors = np.zeros((len(angle), DESCRIPTOR_WORDS), np.uint64)
    sums = np.empty(DESCRIPTOR_BITS, np.int32)
    described = 0
    for i in range(len(angle)):
        if described == most:
            break
        if starts[i + 1] - starts[i] < _MIN_NEIGHBOURS * CELLS_PER_NEIGHBOUR:
            continue
        _sum_votes(cells[starts[i] : starts[i + 1]], shares[starts[i] : starts[i + 1]], votes, sums)
        _set_bits(descriptors[i], sums, threshold)
        described += descriptors[i].any()
    return descriptors


@compiled
def descriptor_similarity(probe: Descriptors, reference: Descriptors) -> Floats:
    """Return the similarity of every descriptor (n, 4) with every other (m, 4), float32 (n, m).

    1 for equal descriptors, 0 where half of the bits differ, as by chance, or more.
    """
    similar = np.empty((len(probe), len(reference)), np.float32)
    for i in range(len(probe)):
        for j in range(len(reference)):
            distance = hamming_distance(probe[i], reference[j])
            similar[i, j] = max(0.0, 1 - distance / (DESCRIPTOR_BITS / 2))
    return similar


@compiled
def hamming_distance(a: Descriptors, b: Descriptors) -> int:
    """Return the number of bits in which two descriptors (4,) differ, 0 to 256."""
    count = 0
    for word in range(DESCRIPTOR_WORDS):
        count += popcount(a[word] ^ b[word])
    return count


@compiled
def neighbour_weights(quality: NDArray[np.uint8]) -> Floats:
    """Return the weight of each minutia as a neighbour, float32 (n,), 0.25 to 1."""
    weight = np.empty(len(quality), np.float32)
    for i in range(len(quality)):
        known = _UNREPORTED_QUALITY if quality[i] == 0 else float(quality[i])
        weight[i] = _MIN_WEIGHT + (1 - _MIN_WEIGHT) * min(1.0, known / _GOOD_QUALITY)
    return weight


@compiled
def neighbour_grids(
    xy: Floats, angle: Floats, weight: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return the grids of all minutiae as a sparse matrix (n, GRID_CELLS) in compressed rows.

    Row starts int64 (n + 1,), cells int32 (e,) and weights int32 (e,), in units of 1/FULL_WEIGHT.
    """
    count = len(angle)
    starts = np.zeros(count + 1, np.int64)
    cells = np.empty((count * count, CELLS_PER_NEIGHBOUR), np.int32)
    shares = np.empty((count * count, CELLS_PER_NEIGHBOUR), np.int32)
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
        starts[i + 1] = filled * CELLS_PER_NEIGHBOUR
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
    """Write the cells (8,) around a neighbour and its share (8,) in each, by linear interpolation.

    u, v: position in the minutia's frame, pixels; turn: direction in it, radians.
    """
    column, row = (u + _RADIUS) / _CELL, (v + _RADIUS) / _CELL
    left, below = min(int(column), GRID_SIDE - 2), min(int(row), GRID_SIDE - 2)
    direction = turn / (2 * math.pi) * GRID_DIRECTIONS
    before = math.floor(direction)
    for corner in range(CELLS_PER_NEIGHBOUR):
        x, y, z = left + (corner & 1), below + (corner >> 1 & 1), before + (corner >> 2)
        near = (1 - abs(column - x)) * (1 - abs(row - y)) * (1 - abs(direction - z))
        cells[corner] = (x * GRID_SIDE + y) * GRID_DIRECTIONS + z % GRID_DIRECTIONS
        shares[corner] = np.rint(FULL_WEIGHT * weight * near)


@compiled
def _sum_votes(
    cells: NDArray[np.int32],
    shares: NDArray[np.int32],
    votes: NDArray[np.int8],
    sums: NDArray[np.int32],
) -> None:
    """Write the sum of the votes (256,) of cells, whose number is a multiple of eight."""
    sums[:] = 0
    # Four cells at a time: the sums are read and written a quarter as often.
    for first in range(0, len(cells), 4):
        a, b, c, d = shares[first], shares[first + 1], shares[first + 2], shares[first + 3]
        of_a, of_b = votes[cells[first]], votes[cells[first + 1]]
        of_c, of_d = votes[cells[first + 2]], votes[cells[first + 3]]
        for k in range(DESCRIPTOR_BITS):
            two = a * np.int32(of_a[k]) + b * np.int32(of_b[k])
            sums[k] += two + c * np.int32(of_c[k]) + d * np.int32(of_d[k])


@compiled
def _set_bits(
    descriptor: Descriptors, sums: NDArray[np.int32], threshold: NDArray[np.int32]
) -> None:
    """Set the bits of a descriptor (4,) whose sums exceed their thresholds."""
    for word in range(DESCRIPTOR_WORDS):
        bits = np.uint64(0)
        for k in range(64):
            exceeds = sums[64 * word + k] > threshold[64 * word + k]
            bits |= np.uint64(exceeds) << np.uint64(k)
        descriptor[word] = bits


@compiled
def popcount(word: np.uint64) -> int:
    """Return the number of set bits; LLVM recognises the form and emits one instruction."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    pairs = np.uint64(0x3333333333333333)
    word = (word & pairs) + ((word >> np.uint64(2)) & pairs)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
