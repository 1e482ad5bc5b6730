"""Makes the ridge pattern of a synthetic finger, and finds the minutiae that it has.

SFinGe's method (Cappelli, Maio and Maltoni, "Synthetic fingerprint-image generation", ICPR 2000;
Handbook of Fingerprint Recognition, chapter 6): a filter tuned to the orientation and period of
the ridges at each pixel is applied again and again to an image of noise; ridges spread, meet and
end where the ridge field forces them to. The minutiae cannot be chosen beforehand, but they can be
found exactly afterwards (`find_minutiae`); they are the ground truth of a rendered impression.

The filters work at 250 dpi, where a ridge period still has four samples; the result is enlarged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numba import njit  # type: ignore[import-untyped, unused-ignore]
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.synthetic.master import MasterFingerprint, draw_clarities
from matcher.synthetic.phase_minutiae import find_minutiae
from matcher.synthetic.ridge_field import RidgeField, ridge_orientation, ridge_period
from matcher.synthetic.skin_texture import add_skin_texture, resize_bicubic

PATTERN_WIDTH, PATTERN_HEIGHT = 400, 520
"""Size in pixels at 500 dpi; the middle of the pattern is the middle of the finger."""

Image = NDArray[np.float32]
_SCALE = 2
_RADIUS = 6
_SIDE = 2 * _RADIUS + 1
_DIRECTIONS, _LENGTHS = 96, 24
_SHORTEST, _LONGEST = 3.0, 7.0
_ENVELOPE = 0.45
"""Standard deviation of the filters in ridge periods: they cover three ridges."""


@dataclass(frozen=True, slots=True, eq=False)
class RidgePattern:
    """The ridges of a finger and the minutiae that they have.

    relief: float32 (PATTERN_HEIGHT, PATTERN_WIDTH), about -1 in valleys to 1 on ridges, with the
        pores, rough edges and creases that every impression of the finger shows.
    master: the finger with the minutiae of this pattern in place of those it was made with.
    """

    relief: Image
    master: MasterFingerprint


def generate_ridge_pattern(master: MasterFingerprint) -> RidgePattern:
    """Return the ridge pattern of `master`, the same every time; slow, so worth keeping.

    Only its ridge field and seed are used; its minutiae are replaced.
    """
    even, odd = _gabor_kernels()
    kernels = _choose_kernels(master.field, PATTERN_HEIGHT // _SCALE, PATTERN_WIDTH // _SCALE)
    rng = np.random.default_rng((master.seed, 1))
    image = rng.normal(0.0, 1.0, kernels.shape).astype(np.float32)
    # With every iteration pairs of minutiae that the field does not need meet and vanish.
    for _ in range(rng.integers(6, 16)):
        image = np.clip(1.5 * _filter(image, even, kernels), -1.0, 1.0)
    wave = _filter(image, even, kernels) + 1j * _filter(image, odd, kernels)
    xy, angle, kind = find_minutiae(wave, master.field, _SCALE)
    clarity = draw_clarities(len(angle), rng)
    normalised = (wave.real / np.maximum(0.25, np.abs(wave))).astype(np.float32)
    relief = add_skin_texture(resize_bicubic(normalised, (PATTERN_HEIGHT, PATTERN_WIDTH)), rng)
    return RidgePattern(relief, replace(master, xy=xy, angle=angle, kind=kind, clarity=clarity))


def _gabor_kernels() -> tuple[Image, Image]:
    """Return Gabor kernels, even and odd, float32 (direction x wavelength, side, side)."""
    theta = np.arange(_DIRECTIONS)[:, None, None, None] * 2.0 * math.pi / _DIRECTIONS
    length = np.linspace(_SHORTEST, _LONGEST, _LENGTHS)[:, None, None]
    y, x = np.mgrid[-_RADIUS : _RADIUS + 1, -_RADIUS : _RADIUS + 1]
    phase = 2.0 * math.pi / length * (-x * np.sin(theta) - y * np.cos(theta))
    envelope = np.exp(-(x**2 + y**2) / (2.0 * (_ENVELOPE * length) ** 2))
    wave = envelope * np.exp(-1j * phase)
    wave -= envelope * wave.sum((2, 3), keepdims=True) / envelope.sum((1, 2), keepdims=True)
    wave /= np.abs(wave.real * np.cos(phase)).sum((2, 3), keepdims=True)
    wave = wave.reshape(-1, _SIDE, _SIDE)
    return wave.real.astype(np.float32), wave.imag.astype(np.float32)


@compiled
def _choose_kernels(field: RidgeField, rows: int, columns: int) -> NDArray[np.int32]:
    """Return the index of the kernel of `_gabor_kernels` for each pixel, int32 (rows, columns)."""
    kernels = np.empty((rows, columns), np.int32)
    for row in range(rows):
        for column in range(columns):
            x = _SCALE * (column + 0.5 - 0.5 * columns)
            y = _SCALE * (row + 0.5 - 0.5 * rows)
            turns = ridge_orientation(field, x, y) / (2.0 * math.pi)
            direction = int((turns - math.floor(turns)) * _DIRECTIONS + 0.5) % _DIRECTIONS
            share = (ridge_period(field, x, y) / _SCALE - _SHORTEST) / (_LONGEST - _SHORTEST)
            length = int(min(1.0, max(0.0, share)) * (_LENGTHS - 1) + 0.5)
            kernels[row, column] = direction * _LENGTHS + length
    return kernels


def _filter(image: Image, filters: Image, kernels: NDArray[np.int32]) -> Image:
    return _correlate(np.pad(image, _RADIUS), filters, kernels)


# fastmath: sums may be taken in any order, which is several times faster.
@njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator, unused-ignore]
def _correlate(padded: Image, filters: Image, kernels: NDArray[np.int32]) -> Image:
    """Return the correlation of an image with, at each pixel, the kernel chosen for it."""
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
