"""How touching skin looks to a sensor: dry or wet, even or blotched, faint or strong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.synthetic.contact import TOUCHING
from matcher.synthetic.skin import Image, clouds


class Ink(NamedTuple):
    """How the skin shows on the sensor.

    wet: from -1, dry (thin, broken ridges), to 1, wet (ridges run together).
    uneven: deviation of wetness over the finger.
    grain: deviation of the fine noise that breaks ridges and bridges valleys.
    dark, bright: grey of ridges and of the empty sensor.
    shading, noise: deviation of greys of the sensor, over centimetres and between pixels.
    """

    wet: float
    uneven: float
    grain: float
    dark: float
    bright: float
    shading: float
    noise: float


def draw(rng: np.random.Generator, severity: float) -> Ink:
    """Draw the skin and the sensor of one touch; the higher the severity, the worse."""
    dark = rng.uniform(15.0, 60.0)
    return Ink(
        wet=rng.normal(0.0, 0.1 + 0.2 * severity),
        uneven=0.1 + severity * rng.uniform(0.05, 0.3),
        grain=0.1 + severity * rng.uniform(0.05, 0.4),
        dark=dark,
        bright=min(250.0, dark + rng.uniform(max(60.0, 190.0 - 50.0 * severity), 230.0)),
        shading=rng.uniform(0.0, 8.0),
        noise=rng.uniform(1.0, 5.0),
    )


def exposed(relief: Image, border: Image, ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Greys, uint8 (h, w), of a relief of which only what has `border` below 1 touches.

    relief: float32 (h, w), -1 valley to 1 ridge; border: float32 (h, w), see `contact.depth`.
    """
    shape = relief.shape
    wetness = ink.wet + ink.uneven * (clouds(rng, shape, 70.0) + 0.7 * clouds(rng, shape, 9.0))
    touching = relief + wetness + ink.grain * clouds(rng, shape, 2.2)
    # Skin leaves the sensor over a ridge or two, and not along a neat line.
    ragged = border + 0.02 * clouds(rng, shape, 40.0)
    touching -= 3.0 * np.maximum(0.0, ragged - TOUCHING) / (1.0 - TOUCHING)
    contrast = ndimage.gaussian_filter(0.5 + 0.5 * np.tanh(2.5 * touching), 0.6)
    grey = ink.bright + (ink.dark - ink.bright) * contrast + ink.shading * clouds(rng, shape, 150.0)
    grey += ink.noise * rng.standard_normal(shape, np.float32)
    return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)
