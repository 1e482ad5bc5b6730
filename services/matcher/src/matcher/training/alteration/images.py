"""Renders images of fingers with and without altered ridges, on sensors of several kinds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.synthetic import generate_master, generate_ridge_pattern, render_impression
from matcher.synthetic.alteration import AlterationKind, alter, wound
from matcher.synthetic.ridge_pattern import RidgePattern

UNALTERED = 6
"""Images of each finger without an alteration."""
_CAPTURE_DIFFICULTY = (0.2, 1.8)
_WOUNDED = 0.1
"""Share of unaltered fingers that have an ordinary scar, wart or blister."""
_SENSORS = ((400, 360), (374, 388), (320, 300), (300, 300), (384, 288), (400, 260))
"""Height and width in pixels; what does not fit is cut off."""

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImage:
    """An image at 500 dpi. kind: how its finger was altered, None if it was not."""

    image: Image
    kind: AlterationKind | None


def labelled_images(seed: int) -> Iterator[LabelledImage]:
    """Yield `UNALTERED` images of a finger, and one with each kind of alteration.

    Skin is transplanted from the finger before it. The same seed gives the same images.
    """
    finger = generate_ridge_pattern(generate_master(seed))
    donor = generate_ridge_pattern(generate_master(seed - 1))
    rng = np.random.default_rng((seed, 5))
    for impression in range(UNALTERED):
        wounded = rng.random() < _WOUNDED
        shown = wound(finger, impression) if wounded else finger
        yield LabelledImage(_image(shown, impression, rng), None)
    for impression, kind in enumerate(AlterationKind, UNALTERED):
        altered = alter(finger, kind, impression, donor)
        yield LabelledImage(_image(altered, impression, rng), kind)


def _image(pattern: RidgePattern, impression: int, rng: np.random.Generator) -> Image:
    difficulty = rng.uniform(*_CAPTURE_DIFFICULTY)
    image = render_impression(pattern, impression, capture_difficulty=difficulty).image
    grey = _on_sensor(image, rng).astype(np.float64)
    grey = ndimage.gaussian_filter(grey, rng.uniform(0.0, 1.0))
    background = np.median(grey[:8])
    contrast, gamma = rng.uniform(0.45, 1.0), rng.uniform(0.7, 1.5)
    share = np.clip(grey / max(background, 1.0), 0.0, 1.1) ** gamma
    lit = background * (1.0 - contrast + contrast * share)
    lit += rng.uniform(0.0, 4.0) * rng.standard_normal(grey.shape[1])  # columns of the sensor
    return np.asarray(np.clip(np.rint(lit), 0, 255), np.uint8)


def _on_sensor(image: Image, rng: np.random.Generator) -> Image:
    """Return an image of a larger or smaller finger, as much of it as a sensor shows."""
    scale = rng.uniform(0.9, 1.12)
    zoomed = ndimage.zoom(image, scale, order=1)
    height, width = _SENSORS[rng.integers(len(_SENSORS))]
    top = int(max(0, zoomed.shape[0] - height) * rng.uniform(0.25, 0.75))
    left = int(max(0, zoomed.shape[1] - width) * rng.uniform(0.25, 0.75))
    return np.asarray(zoomed[top : top + height, left : left + width], np.uint8)
