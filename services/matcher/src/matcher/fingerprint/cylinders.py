"""Minutia Cylinder-Code in bits: what a minutia's neighbourhood looks like, in its own frame.

Cappelli, Ferrara, Maltoni, "Minutia Cylinder-Code: a new representation and matching technique
for fingerprint recognition", TPAMI 32(12), 2010, sections 3 and 4.1; bits as in section 3.3.
Under patent IT 1393022 B1: everything that knows of cylinders is in this file, so that another
local descriptor with the same two functions can take its place.
"""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.jit import compiled

NAME = "mcc8x8x5b"

_RADIUS = 70.0  # pixels
_CELLS = 8  # along each side of the base
_SECTIONS = 5  # of the direction axis
_CELL = 2 * _RADIUS / _CELLS
_SECTION = 2 * math.pi / _SECTIONS
_SIGMA = 28 / 3  # pixels
_SIGMA_ANGLE = 2 * math.pi / 9
_REACH = 3 * _SIGMA
_LEAST_MASS = 0.005  # a cell's bit is set above this density of neighbours
_LEAST_NEIGHBOURS = 2
WORDS = _CELLS * _CELLS * _SECTIONS // 64


@compiled
def describe(xy: NDArray[np.float32], angle: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Describe every minutia by its neighbours within 70 pixels.

    xy: float32 (n, 2), pixels at 500 dpi, y upwards; angle: float32 (n,), radians.
    Returns uint64 (n, 5), 320 bits a minutia; all zero where there are too few neighbours.
    """
    count = len(angle)
    bits = np.zeros((count, WORDS), np.uint64)
    mass = np.empty((_CELLS, _CELLS, _SECTIONS))
    share = np.empty(_SECTIONS)
    for i in range(count):
        mass[:] = 0
        neighbours = 0
        cos, sin = math.cos(angle[i]), math.sin(angle[i])
        for j in range(count):
            dx, dy = xy[j, 0] - xy[i, 0], xy[j, 1] - xy[i, 1]
            if j == i or dx * dx + dy * dy > (_RADIUS + _REACH) ** 2:
                continue
            neighbours += 1
            _direction_shares(angle[i] - angle[j], share)
            _spread(cos * dx + sin * dy, cos * dy - sin * dx, share, mass)
        if neighbours >= _LEAST_NEIGHBOURS:
            _set_bits(mass, bits[i])
    return bits


@compiled
def similarity(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Compare every descriptor of a (n, 5) with every one of b (m, 5).

    Returns float32 (n, m), 0 nothing alike to 1 the same (equation 18 on bits).
    """
    norm_a, norm_b = _norms(a), _norms(b)
    alike = np.zeros((len(a), len(b)), np.float32)
    for i in range(len(a)):
        for j in range(len(b)):
            if norm_a[i] > 0 and norm_b[j] > 0:
                differing = 0
                for word in range(WORDS):
                    differing += _ones(a[i, word] ^ b[j, word])
                alike[i, j] = 1 - math.sqrt(differing) / (norm_a[i] + norm_b[j])
    return alike


@compiled
def _direction_shares(turn: float, share: NDArray[np.float64]) -> None:
    """How much of a Gaussian around `turn` falls into each section (equation 11)."""
    for section in range(_SECTIONS):
        off = (section + 0.5) * _SECTION - math.pi - turn
        off = (off + math.pi) % (2 * math.pi) - math.pi
        upper = math.erf((off + _SECTION / 2) / (_SIGMA_ANGLE * math.sqrt(2)))
        lower = math.erf((off - _SECTION / 2) / (_SIGMA_ANGLE * math.sqrt(2)))
        share[section] = (upper - lower) / 2


@compiled
def _spread(u: float, v: float, share: NDArray[np.float64], mass: NDArray[np.float64]) -> None:
    """Add a neighbour at (u, v) of the minutia's frame to the cells near it (equation 8)."""
    for row in range(_CELLS):
        y = (row - (_CELLS - 1) / 2) * _CELL
        for column in range(_CELLS):
            x = (column - (_CELLS - 1) / 2) * _CELL
            distance = (x - u) ** 2 + (y - v) ** 2
            if x * x + y * y > _RADIUS * _RADIUS or distance > _REACH * _REACH:
                continue
            near = math.exp(-distance / (2 * _SIGMA * _SIGMA)) / (_SIGMA * math.sqrt(2 * math.pi))
            for section in range(_SECTIONS):
                mass[row, column, section] += near * share[section]


@compiled
def _set_bits(mass: NDArray[np.float64], bits: NDArray[np.uint64]) -> None:
    flat = mass.ravel()
    for cell in range(len(flat)):
        if flat[cell] > _LEAST_MASS:
            bits[cell >> 6] |= np.uint64(1) << np.uint64(cell & 63)


@compiled
def _norms(bits: NDArray[np.uint64]) -> NDArray[np.float64]:
    norms = np.zeros(len(bits))
    for i in range(len(bits)):
        for word in range(WORDS):
            norms[i] += _ones(bits[i, word])
    return np.sqrt(norms)


@compiled
def _ones(word: np.uint64) -> int:
    """Count set bits; LLVM knows this shape and makes one instruction of it."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    pairs = np.uint64(0x3333333333333333)
    word = (word & pairs) + ((word >> np.uint64(2)) & pairs)
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
