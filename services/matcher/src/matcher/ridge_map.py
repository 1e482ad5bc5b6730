"""How the ridges of a fingerprint run, in coarse cells: half a byte a cell, at most 300 bytes.

Half a print shows few minutiae, but ridges everywhere.
"""

import math
import struct
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled

CELL = 16
"""Width and height of a cell, pixels at 500 dpi."""
MAX_MAP_BYTES = 300
STEPS = 15
"""Orientations told apart, 12 degrees each."""
HEADER_BYTES = 4
_MAX_SIDE = 255
_HEADER = struct.Struct(">BBBB")  # rows, columns, top, left

Codes = NDArray[np.uint8]
PackedMap = NDArray[np.uint8]
"""uint8 (MAX_MAP_BYTES,): what `RidgeMap.to_bytes` returns, then zeros; zeros only for no map."""
NO_MAP: PackedMap = np.zeros(MAX_MAP_BYTES, np.uint8)
"""Nobody writes to it. It is not marked so: kernels would be compiled once more for it."""


@dataclass(frozen=True, slots=True, eq=False)
class RidgeMap:
    """Orientation of the ridges in each cell of a rectangle of the image.

    codes: uint8 (r, c), 1 to 15 in steps of 12 degrees counter-clockwise (y up) from the x axis,
        0 where none is known. top, left: row and column of the first cell in the image, 0 to 255.
    """

    codes: Codes
    top: int
    left: int

    @classmethod
    def of_cells(cls, doubled: NDArray[np.complex64], known: NDArray[np.bool_]) -> Self:
        """Return the map of cells (r, c) from the upper left corner of an image on.

        doubled: numbers whose argument is twice the orientation (radians, y up). Of a map that
        would be too large, the outermost rows and columns that tell least are left out; so are
        cells beyond the 255th row or column (4,080 pixels), whose place takes more than a byte.
        """
        doubled, known = doubled[:_MAX_SIDE, :_MAX_SIDE], known[:_MAX_SIDE, :_MAX_SIDE]
        return cls(_codes(doubled, known), 0, 0)._cut()

    def where(self, wanted: NDArray[np.bool_]) -> Self:
        """Return the map with only the known cells that are wanted, bool (r, c)."""
        return type(self)(np.where(wanted, self.codes, 0).astype(np.uint8), self.top, self.left)

    def middles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x (c,) and y (r,) of the middles of the cells, pixels of the image, y down."""
        rows, columns = self.codes.shape
        first = 0.5 * (CELL - 1)
        x = CELL * (self.left + np.arange(columns, dtype=np.float64)) + first
        y = CELL * (self.top + np.arange(rows, dtype=np.float64)) + first
        return x, y

    def _cut(self) -> Self:
        top, bottom, left, right = _kept(self.codes)
        return type(self)(self.codes[top:bottom, left:right], self.top + top, self.left + left)

    def to_bytes(self) -> bytes:
        """Return the map in at most `MAX_MAP_BYTES`: four bytes and half a byte a cell."""
        flat = np.append(self.codes.ravel(), np.zeros(self.codes.size % 2, np.uint8))
        header = _HEADER.pack(*self.codes.shape, self.top, self.left)
        return header + (flat[0::2] << 4 | flat[1::2]).astype(np.uint8).tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Read what `to_bytes` wrote. Raises ValueError if it is something else."""
        if not HEADER_BYTES <= len(stored) <= MAX_MAP_BYTES:
            raise ValueError(f"no ridge map has {len(stored)} bytes")
        rows, columns, top, left = _HEADER.unpack_from(stored)
        packed = np.frombuffer(stored, np.uint8, offset=HEADER_BYTES)
        if len(packed) != (rows * columns + 1) // 2:
            raise ValueError(f"a ridge map of {rows} x {columns} cells has another length")
        codes = np.stack([packed >> 4, packed & 15], axis=1).ravel()[: rows * columns]
        return cls(codes.reshape(rows, columns), top, left)


def packed_map(found: RidgeMap | None) -> PackedMap:
    """Return a map as a row of fixed length; zeros if there is none or no cell of it is known."""
    if found is None or not found.codes.any():
        return NO_MAP
    stored = np.frombuffer(found.to_bytes(), np.uint8)
    return np.concatenate([stored, np.zeros(MAX_MAP_BYTES - len(stored), np.uint8)])


def packed_maps(doubled: NDArray[np.complex64], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the maps of the cells of n images, each (n, r, c), as rows of `packed_map`, n of them.

    Of at most 255 rows and columns; otherwise as `RidgeMap.of_cells`.
    """
    return _packed(_codes(doubled, known))


def _codes(doubled: NDArray[np.complex64], known: NDArray[np.bool_]) -> Codes:
    step = np.rint(np.angle(doubled) * STEPS / (2 * math.pi)).astype(np.int64) % STEPS
    return np.where(known, step + 1, 0).astype(np.uint8)


@compiled
def _kept(codes: Codes) -> tuple[int, int, int, int]:
    """Return first and last + 1 of the rows, then of the columns, that are kept of a map (r, c).

    Of the outermost, those that tell least go, until the map fits and all of them tell something.
    """
    top, left = 0, 0
    bottom, right = codes.shape
    while top < bottom and left < right:
        edges = np.array(
            [
                np.count_nonzero(codes[top, left:right]),
                np.count_nonzero(codes[bottom - 1, left:right]),
                np.count_nonzero(codes[top:bottom, left]),
                np.count_nonzero(codes[top:bottom, right - 1]),
            ]
        )
        packed = HEADER_BYTES + ((bottom - top) * (right - left) + 1) // 2
        if edges.min() > 0 and packed <= MAX_MAP_BYTES:
            break
        emptiest = edges.argmin()
        top += emptiest == 0
        bottom -= emptiest == 1
        left += emptiest == 2
        right -= emptiest == 3
    return top, bottom, left, right


@compiled
def _packed(codes: Codes) -> NDArray[np.uint8]:
    """Return the maps of codes (n, r, c), uint8 (n, MAX_MAP_BYTES)."""
    packed = np.zeros((len(codes), MAX_MAP_BYTES), np.uint8)
    for k in range(len(codes)):
        if not codes[k].any():
            continue
        top, bottom, left, right = _kept(codes[k])
        row = packed[k]
        row[0], row[1], row[2], row[3] = bottom - top, right - left, top, left
        at = 2 * HEADER_BYTES
        for i in range(top, bottom):
            for j in range(left, right):
                row[at // 2] |= codes[k, i, j] << (0 if at % 2 else 4)
                at += 1
    return packed
