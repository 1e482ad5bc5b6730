"""Adds to ridges what skin has besides: pores, rough edges, creases; made of smooth noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

Image = NDArray[np.float32]


def resize_bicubic(image: Image, shape: tuple[int, int]) -> Image:
    """Return `image` interpolated to `shape` (rows, columns), bicubic."""
    source = PillowImage.fromarray(np.ascontiguousarray(image, np.float32))
    rows, columns = shape
    return np.asarray(source.resize((columns, rows), PillowImage.Resampling.BICUBIC))


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], wavelength: float) -> Image:
    """Return noise, float32 `shape`, of mean 0 and standard deviation of about 0.7.

    wavelength: size of its structures, pixels.
    """
    rows, columns = (max(2, math.ceil(length / wavelength) + 1) for length in shape)
    coarse = rng.standard_normal((rows, columns), np.float32)
    return resize_bicubic(coarse, shape)


def add_skin_texture(relief: Image, rng: np.random.Generator) -> Image:
    """Return `relief` (float32, -1 to 1) with pores, rough edges and creases.

    They belong to the finger: every impression shows the same.
    """
    rough = relief + 0.22 * smooth_noise(rng, relief.shape, 2.5) - 0.9 * _pores(relief, rng)
    for _ in range(rng.poisson(1.2)):
        rough -= 1.6 * _crease(relief.shape, rng)
    return np.asarray(rough, np.float32)


def _pores(relief: Image, rng: np.random.Generator) -> Image:
    """Return round holes of about 0.1 mm on top of the ridges, a few per millimetre."""
    holes = ((relief > 0.8) & (rng.random(relief.shape, np.float32) < 0.03)).astype(np.float32)
    soft = ndimage.gaussian_filter(holes, 0.8, truncate=2.5) * (2.0 * math.pi * 0.8**2)
    return np.asarray(np.minimum(1.0, soft), np.float32)


def _crease(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Return a fold of the skin, about 0.1 mm wide, that does not touch: 1 in its middle."""
    rows, columns = shape
    middle = rng.uniform(0.2, 0.8, 2) * (columns, rows)
    slant, half_length = rng.normal(0.0, 0.5), rng.uniform(15.0, 90.0)
    y, x = np.ogrid[:rows, :columns]
    along = (x - middle[0]) * math.cos(slant) - (y - middle[1]) * math.sin(slant)
    across = (x - middle[0]) * math.sin(slant) + (y - middle[1]) * math.cos(slant)
    bend = rng.normal(0.0, 0.0015) * along**2 + 0.8 * np.sin(0.2 * along)
    width = rng.uniform(0.7, 1.8) * np.maximum(0.05, 1.0 - (along / half_length) ** 2)
    return np.asarray(np.exp(-0.5 * ((across - bend) / width) ** 2), np.float32)
