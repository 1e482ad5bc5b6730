"""Renders the grey image of skin on a sensor: dry or wet, even or uneven, faint or strong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.synthetic.contact import FULL_CONTACT
from matcher.synthetic.skin_texture import Image, smooth_noise


class ImageAppearance(NamedTuple):
    """Appearance of one impression: state of the skin and of the sensor.

    wetness: from -1, dry (thin, broken ridges), to 1, wet (ridges run together).
    unevenness: standard deviation of wetness over the finger.
    grain: standard deviation of the fine noise that breaks ridges and bridges valleys.
    ridge_grey, background_grey: grey of ridges and of the empty sensor, 0 to 255.
    shading, pixel_noise: standard deviations of grey over centimetres and between pixels.
    """

    wetness: float
    unevenness: float
    grain: float
    ridge_grey: float
    background_grey: float
    shading: float
    pixel_noise: float


def draw_appearance(rng: np.random.Generator, difficulty: float) -> ImageAppearance:
    """Draw the appearance of one impression; the higher its difficulty, the worse."""
    ridge_grey = rng.uniform(15.0, 60.0)
    return ImageAppearance(
        wetness=rng.normal(0.0, 0.1 + 0.2 * difficulty),
        unevenness=0.1 + difficulty * rng.uniform(0.05, 0.3),
        grain=0.1 + difficulty * rng.uniform(0.05, 0.4),
        ridge_grey=ridge_grey,
        background_grey=min(
            250.0, ridge_grey + rng.uniform(max(60.0, 190.0 - 50.0 * difficulty), 230.0)
        ),
        shading=rng.uniform(0.0, 8.0),
        pixel_noise=rng.uniform(1.0, 5.0),
    )


def render_grey(
    relief: Image, radius: Image, appearance: ImageAppearance, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the grey image, uint8 (h, w), of a relief pressed on the sensor; ridges are dark.

    relief: float32 (h, w), -1 valley to 1 ridge.
    radius: float32 (h, w), `contact.elliptic_radius` of each pixel; below 1 the skin touches.
    """
    shape = relief.shape
    wetness = appearance.wetness + appearance.unevenness * (
        smooth_noise(rng, shape, 70.0) + 0.7 * smooth_noise(rng, shape, 9.0)
    )
    pressure = relief + wetness + appearance.grain * smooth_noise(rng, shape, 2.2)
    # Skin leaves the sensor over a ridge or two, and along an irregular line.
    irregular_radius = radius + 0.02 * smooth_noise(rng, shape, 40.0)
    pressure -= 3.0 * np.maximum(0.0, irregular_radius - FULL_CONTACT) / (1.0 - FULL_CONTACT)
    darkness = ndimage.gaussian_filter(0.5 + 0.5 * np.tanh(2.5 * pressure), 0.6)
    contrast = appearance.ridge_grey - appearance.background_grey
    grey = (
        appearance.background_grey
        + contrast * darkness
        + appearance.shading * smooth_noise(rng, shape, 150.0)
    )
    grey += appearance.pixel_noise * rng.standard_normal(shape, np.float32)
    return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)
