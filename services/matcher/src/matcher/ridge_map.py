"""How the ridges of a fingerprint run, in coarse cells: half a byte a cell, at most 300 bytes.

Half a print shows few minutiae, but ridges everywhere.
"""

import math
import struct
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

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
        step = np.rint(np.angle(doubled) * STEPS / (2 * math.pi)).astype(np.int64) % STEPS
        return cls(np.where(known, step + 1, 0).astype(np.uint8), 0, 0)._cut()

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
        codes, top, left = self.codes, self.top, self.left
        if codes.any():  # at once what the loop would leave out one by one
            rows, columns = np.flatnonzero(codes.any(1)), np.flatnonzero(codes.any(0))
            top, left = top + int(rows[0]), left + int(columns[0])
            codes = codes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        while codes.size and (
            not codes[[0, -1]].any(1).all()
            or not codes[:, [0, -1]].any(0).all()
            or HEADER_BYTES + (codes.size + 1) // 2 > MAX_MAP_BYTES
        ):
            edges = (codes[0], codes[-1], codes[:, 0], codes[:, -1])
            emptiest = int(np.argmin([np.count_nonzero(edge) for edge in edges]))
            top += emptiest == 0
            left += emptiest == 2
            rows, columns = codes.shape
            codes = codes[
                int(emptiest == 0) : rows - (emptiest == 1),
                int(emptiest == 2) : columns - (emptiest == 3),
            ]
        return type(self)(codes, top, left)

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
