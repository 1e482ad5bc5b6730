"""Makes a probe difficult: crops it to half of its foreground and rotates it by any angle."""

import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

_WINDOW = 17
"""Pixels, two ridge periods: within this window grey varies where skin touched."""
_LEAST_DEVIATION = 8.0
_SHARE_OF_STRONGEST = 0.35
_CLOSING = 8
"""Pixels by which gaps between ridges are closed."""


def crop_and_rotate(image: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Cut out half of the foreground at a random place and rotate it by any angle.

    image: uint8 (h, w), 500 dpi. name: the seed, by its CRC-32, so that a name gives the same cut
    everywhere. Returns uint8 (h', w'): the smallest window of the foreground's proportions around a
    random point of it that holds half of its pixels, rotated; corners have the background's grey.
    """
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    mask = foreground(image)
    background = int(np.median(image[~mask])) if not mask.all() else 255
    cut = Image.fromarray(image[_half(mask, rng)])
    angle = rng.uniform(-180, 180)
    return np.asarray(
        cut.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=background)
    )


def foreground(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where skin touched, bool (h, w): the largest part where grey varies, holes filled.

    An image in which it varies nowhere is foreground as a whole.
    """
    grey = image.astype(np.float32)
    mean = ndimage.uniform_filter(grey, _WINDOW)
    variance = ndimage.uniform_filter(grey * grey, _WINDOW) - mean * mean
    deviation = np.sqrt(np.maximum(variance, 0))
    strong = _SHARE_OF_STRONGEST * np.percentile(deviation, 95)
    mask = ndimage.binary_closing(deviation > max(_LEAST_DEVIATION, strong), iterations=_CLOSING)
    parts, count = ndimage.label(ndimage.binary_fill_holes(mask))
    if not count:
        return np.ones(image.shape, np.bool_)
    sizes = ndimage.sum_labels(parts > 0, parts, range(1, count + 1))
    return np.asarray(parts == 1 + np.argmax(sizes))


def _half(mask: NDArray[np.bool_], rng: np.random.Generator) -> tuple[slice, slice]:
    """Return rows and columns of the window around a random foreground pixel."""
    ys, xs = np.nonzero(mask)
    centre = rng.integers(len(ys))
    y, x = ys[centre], xs[centre]
    height, width = np.ptp(ys) + 1, np.ptp(xs) + 1
    distance = np.maximum(abs(ys - y) / height, abs(xs - x) / width)
    half = np.partition(distance, len(ys) // 2)[len(ys) // 2]
    return (
        slice(max(0, int(y - half * height)), int(y + half * height) + 1),
        slice(max(0, int(x - half * width)), int(x + half * width) + 1),
    )
