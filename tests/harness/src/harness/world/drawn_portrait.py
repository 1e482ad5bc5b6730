"""Drawn photos of applicants: full-frontal faces that differ by seed. No person is behind them."""

import io
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 560, 720
Picture = NDArray[np.uint8]
"""Shape (HEIGHT, WIDTH, 3), sRGB."""
Field = NDArray[np.float32]
"""A value for each pixel."""
Colour = tuple[float, ...]
_SKINS = ((240, 205, 176), (226, 185, 150), (208, 160, 120), (186, 134, 96), (160, 112, 76))
_HAIRS = ((26, 22, 24), (52, 38, 30), (62, 44, 32))
_BITS = 4  # of fraction in the coordinates that OpenCV draws with


@lru_cache(maxsize=64)
def portrait_photo(seed: int) -> bytes:
    """Return a photo as the camera at a counter delivers it: JPEG, 560 x 720 pixels."""
    target = io.BytesIO()
    Image.fromarray(draw_face(seed)).save(target, "JPEG", quality=92)
    return target.getvalue()


def draw_face(seed: int) -> Picture:
    """Return a face that looks into the camera, 134 to 146 pixels between the eyes."""
    return _Drawing(np.random.default_rng(seed)).picture()


class _Drawing:
    """One face in the making. Lengths are pixels, or multiples of the distance of the eyes."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        uniform = random.uniform
        self._skin = np.array(_SKINS[random.integers(len(_SKINS))]) * uniform(0.96, 1.04)
        self._hair = _HAIRS[random.integers(len(_HAIRS))]
        self._x = WIDTH / 2 + uniform(-6, 6)
        self._eye_line = 330 + uniform(-8, 8)
        self._eyes = uniform(134, 146)
        self._half_width = self._eyes * uniform(1.02, 1.12)
        chin = self._eye_line + self._eyes * uniform(1.32, 1.45)
        crown = self._eye_line - self._eyes * uniform(1.2, 1.35)
        self._middle, self._half_height = (chin + crown) / 2, (chin - crown) / 2
        self._image = np.full((HEIGHT, WIDTH, 3), uniform(222, 238), np.uint8)
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        self._across, self._down = columns - self._x, rows

    def picture(self) -> Picture:
        """Draw everything, back to front, then soften it and add the noise of a sensor."""
        self._draw_body()
        self._draw_head()
        for side in (-1, 1):
            self._draw_eye(side)
            self._draw_half_nose(side)
        self._draw_mouth()
        soft = cv2.GaussianBlur(self._image, (0, 0), 1.1)
        noise = self._random.normal(0, 2.0, (HEIGHT, WIDTH, 1))
        return np.clip(soft + noise, 0, 255).astype(np.uint8)

    def _draw_body(self) -> None:
        shirt = tuple(float(value) for value in self._random.integers(40, 170, 3))
        chin = self._middle + self._half_height
        self._ellipse(0, HEIGHT + 70, 250, 200, shirt)
        self._ellipse(0, chin + 30, self._half_width * 0.5, 90, self._tone(0.82))
        self._ellipse(
            0, self._middle - 22, self._half_width * 1.13, self._half_height * 1.08, self._hair
        )
        for side in (-1, 1):
            self._ellipse(side * self._half_width, self._eye_line + 30, 17, 36, self._tone(0.9))

    def _draw_head(self) -> None:
        """Draw the face, lit from the front, and the fringe over it."""
        self._ellipse(0, self._middle, self._half_width, self._half_height, self._tone(1.0))
        inside = self._distance(self._middle, self._half_width, self._half_height) < 1
        lit = self._image[inside] * self._light()[inside][:, None]
        self._image[inside] = np.clip(lit, 0, 255).astype(np.uint8)
        reach = self._half_height * (0.62 + 0.35 * self._random.uniform(0.62, 0.78))
        below = self._middle + self._half_height * 0.28
        fringe = self._distance(below, self._half_width * 1.02, reach) > 1
        self._image[inside & fringe & (self._down < self._eye_line - self._eyes * 0.35)] = (
            self._hair
        )

    def _light(self) -> Field:
        """Return the share of light that each pixel of the face reflects."""
        eyes, line = self._eyes, self._eye_line
        light: Field = 1 - 0.22 * np.abs(self._across / self._half_width) ** 2.5
        for side in (-1, 1):
            light += 0.08 * self._spot(side * eyes * 0.55, line + eyes * 0.5, 38, 34)
            light -= 0.24 * self._spot(side * eyes * 0.5, line - 4, eyes * 0.3, eyes * 0.2)
        light += 0.10 * self._spot(0, line + eyes * 0.25, 15, eyes * 0.42)
        light -= 0.12 * self._spot(0, line + eyes * 0.66, 42, 8)
        return light

    def _draw_eye(self, side: int) -> None:
        x, y, eyes = side * self._eyes / 2, self._eye_line, self._eyes
        brow = eyes * self._random.uniform(0.27, 0.31)
        self._ellipse(x, y - eyes * 0.1, brow, eyes * 0.22, self._hair, 9, (215, 325))
        self._ellipse(x, y, eyes * 0.2, eyes * 0.092, (238, 236, 232))
        self._ellipse(x, y - 1, eyes * 0.088, eyes * 0.088, (74, 50, 36))
        self._ellipse(x, y - 1, eyes * 0.044, eyes * 0.044, (12, 10, 10))
        self._ellipse(x + 4, y - 5, 2.4, 2.4, (250, 250, 250))
        self._ellipse(x, y, eyes * 0.2, eyes * 0.095, self._tone(0.35), 4, (180, 360))
        self._ellipse(x, y, eyes * 0.2, eyes * 0.095, self._tone(0.7), 2, (0, 180))

    def _draw_half_nose(self, side: int) -> None:
        y, eyes = self._eye_line, self._eyes
        self._ellipse(side * 13, y + eyes * 0.62, 7, 4.5, self._tone(0.42))
        wing = (-90, 90) if side > 0 else (90, 270)
        self._ellipse(side * 20, y + eyes * 0.57, 8, 14, self._tone(0.8), 2, wing)

    def _draw_mouth(self) -> None:
        y = self._eye_line + self._eyes * 0.92
        half = self._eyes * self._random.uniform(0.34, 0.4)
        lips = tuple(float(value) for value in self._skin * (0.82, 0.6, 0.62))
        self._ellipse(0, y + 3, half, 13, lips, -1, (0, 180))
        for side in (-1, 1):
            self._ellipse(side * half * 0.45, y, half * 0.55, 9, lips, -1, (180, 360))
        self._ellipse(0, y - 1, half, 3.4, self._tone(0.36), 3, (0, 180))

    def _ellipse(
        self,
        across: float,
        y: float,
        half_width: float,
        half_height: float,
        colour: Colour,
        thickness: int = -1,
        arc: tuple[float, float] = (0, 360),
    ) -> None:
        """Draw an ellipse, filled or as a line. across: of its centre from the face's middle."""
        one = 1 << _BITS
        centre = round((self._x + across) * one), round(y * one)
        axes = round(half_width * one), round(half_height * one)
        cv2.ellipse(
            self._image, centre, axes, 0, arc[0], arc[1], colour, thickness, cv2.LINE_AA, _BITS
        )

    def _distance(self, y: float, half_width: float, half_height: float) -> Field:
        """Return each pixel's distance from the middle of an ellipse, 1 at its edge, squared."""
        squared: Field = (self._across / half_width) ** 2 + ((self._down - y) / half_height) ** 2
        return squared

    def _spot(self, across: float, y: float, width: float, height: float) -> Field:
        squared = ((self._across - across) / width) ** 2 + ((self._down - y) / height) ** 2
        spot: Field = np.exp(-squared)
        return spot

    def _tone(self, share: float) -> Colour:
        return tuple(float(value) for value in self._skin * share)
