"""Ridges grown on a synthetic finger, and the minutiae that came of it.

SFinGe's method (Cappelli, Maio and Maltoni, "Synthetic fingerprint-image generation", ICPR 2000;
Handbook of Fingerprint Recognition, chapter 6): a filter tuned to the direction and distance of
the ridges at each pixel is applied again and again to random spots; ridges spread, meet and end
where the field forces them to. Minutiae cannot be planted that way, but they can be read off
exactly (`vortices`), so the truth about a rendered finger is what grew.

Everything grows at 250 dpi, where a ridge period still has four samples, and is enlarged then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numba import njit  # type: ignore[import-untyped, unused-ignore]
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.field import Field, orientation, period
from matcher.synthetic.patterns import Master, clarities
from matcher.synthetic.skin import enlarged, weathered
from matcher.synthetic.vortices import vortices

WIDTH, HEIGHT = 400, 520
"""Pixels of a grown finger at 500 dpi; its middle is the middle of the finger."""

Image = NDArray[np.float32]
_SCALE = 2
_REACH = 6
_SIDE = 2 * _REACH + 1
_DIRECTIONS, _LENGTHS = 96, 24
_SHORTEST, _LONGEST = 3.0, 7.0
_SPREAD = 0.45
"""Standard deviation of the filters in ridge periods: three ridges at a time, no more."""


@dataclass(frozen=True, slots=True, eq=False)
class Ridges:
    """A grown finger.

    relief: float32 (HEIGHT, WIDTH), about -1 in valleys to 1 on ridges, with the pores, rough
        edges and creases that every impression of the finger shows.
    master: the finger with the minutiae that grew, in place of those it was drawn with.
    """

    relief: Image
    master: Master


def grow(master: Master) -> Ridges:
    """Grow the ridges of `master`, the same every time."""
    even, odd = _filters()
    kernels = _kernels(master.field, HEIGHT // _SCALE, WIDTH // _SCALE)
    rng = np.random.default_rng((master.seed, 1))
    skin = rng.normal(0.0, 1.0, kernels.shape).astype(np.float32)
    # With every round minutiae that the field does not need meet and vanish.
    for _ in range(rng.integers(6, 16)):
        skin = np.clip(1.5 * _filtered(skin, even, kernels), -1.0, 1.0)
    wave = _filtered(skin, even, kernels) + 1j * _filtered(skin, odd, kernels)
    xy, angle, kind = vortices(wave, master.field, _SCALE)
    clarity = clarities(len(angle), rng)
    crisp = (wave.real / np.maximum(0.25, np.abs(wave))).astype(np.float32)
    relief = weathered(enlarged(crisp, (HEIGHT, WIDTH)), rng)
    return Ridges(relief, replace(master, xy=xy, angle=angle, kind=kind, clarity=clarity))


def _filters() -> tuple[Image, Image]:
    """Gabor kernels, even and odd: float32 (direction x length, side, side)."""
    theta = np.arange(_DIRECTIONS)[:, None, None, None] * 2.0 * math.pi / _DIRECTIONS
    length = np.linspace(_SHORTEST, _LONGEST, _LENGTHS)[:, None, None]
    y, x = np.mgrid[-_REACH : _REACH + 1, -_REACH : _REACH + 1]
    phase = 2.0 * math.pi / length * (-x * np.sin(theta) - y * np.cos(theta))
    envelope = np.exp(-(x**2 + y**2) / (2.0 * (_SPREAD * length) ** 2))
    wave = envelope * np.exp(-1j * phase)
    wave -= envelope * wave.sum((2, 3), keepdims=True) / envelope.sum((1, 2), keepdims=True)
    wave /= np.abs(wave.real * np.cos(phase)).sum((2, 3), keepdims=True)
    wave = wave.reshape(-1, _SIDE, _SIDE)
    return wave.real.astype(np.float32), wave.imag.astype(np.float32)


@compiled
def _kernels(field: Field, rows: int, columns: int) -> NDArray[np.int32]:
    """Which kernel of `_filters` fits at each pixel."""
    kernels = np.empty((rows, columns), np.int32)
    for row in range(rows):
        for column in range(columns):
            x = _SCALE * (column + 0.5 - 0.5 * columns)
            y = _SCALE * (row + 0.5 - 0.5 * rows)
            turns = orientation(field, x, y) / (2.0 * math.pi)
            direction = int((turns - math.floor(turns)) * _DIRECTIONS + 0.5) % _DIRECTIONS
            share = (period(field, x, y) / _SCALE - _SHORTEST) / (_LONGEST - _SHORTEST)
            length = int(min(1.0, max(0.0, share)) * (_LENGTHS - 1) + 0.5)
            kernels[row, column] = direction * _LENGTHS + length
    return kernels


def _filtered(skin: Image, filters: Image, kernels: NDArray[np.int32]) -> Image:
    return _correlate(np.pad(skin, _REACH), filters, kernels)


# Sums taken in any order: several times faster.
@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _correlate(padded: Image, filters: Image, kernels: NDArray[np.int32]) -> Image:
    """Each pixel of the result under its own kernel."""
    rows, columns = kernels.shape
    result = np.empty((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            kernel = filters[kernels[row, column]]
            total = np.float32(0.0)
            for j in range(_SIDE):
                for i in range(_SIDE):
                    total += kernel[j, i] * padded[row + j, column + i]
            result[row, column] = total
    return result
