"""Pictures of prints with their minutiae, and with the pairs that speak for one finger."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from matcher.minutiae import Minutiae

_SCALE = 4  # drawn four times as large, shown twice: smooth lines
_SHRINK = 2
_MARGIN, _GAP = 48, 128
_PAPER, _FRAME = (255, 255, 255), (214, 219, 227)
_QUIET = (150, 160, 175)
PALETTE = (
    (0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (230, 159, 0),
)  # fmt: skip
"""Okabe and Ito's colours, told apart by colour-blind people too."""
_OF_KIND = (_QUIET, PALETTE[0], PALETTE[1])
"""Of minutiae by kind: other, ridge ending, bifurcation."""


def draw_minutiae(image: NDArray[np.uint8] | None, found: Minutiae) -> bytes:
    """Draw a print and what was found on it: endings blue, bifurcations orange, the better the
    stronger.

    image: uint8 (h, w) at 500 dpi, or None for a template without an image. Returns a PNG file.
    """
    width, height = _size(image, found)
    canvas = Image.new("RGB", (width + 2 * _MARGIN, height + 2 * _MARGIN), _PAPER)
    _print(canvas, image, (_MARGIN, _MARGIN), (width, height))
    pen = ImageDraw.Draw(canvas, "RGBA")
    for index in np.argsort(found.quality, kind="stable"):
        quality = int(found.quality[index]) or 100  # 0: not reported
        colour = (*_OF_KIND[found.kind[index]], 75 + 180 * quality // 100)
        _minutia(pen, found, int(index), (_MARGIN, _MARGIN), colour)
    return _png(canvas)


def draw_pair(
    left: NDArray[np.uint8] | None,
    left_minutiae: Minutiae,
    right: NDArray[np.uint8] | None,
    right_minutiae: Minutiae,
    pairs: NDArray[np.int64],
) -> bytes:
    """Draw both prints side by side, a line between each pair of minutiae.

    left, right: uint8 (h, w) at 500 dpi, or None for a template without an image.
    pairs: int64 (p, 2), indices into the two Minutiae, as `compare.pairs` returns them.
    Returns a PNG file.
    """
    left_size = _size(left, left_minutiae)
    right_size = _size(right, right_minutiae)
    height = max(left_size[1], right_size[1])
    left_corner = (_MARGIN, _MARGIN + (height - left_size[1]) // 2)
    right_corner = (_MARGIN + left_size[0] + _GAP, _MARGIN + (height - right_size[1]) // 2)
    canvas = Image.new(
        "RGB", (right_corner[0] + right_size[0] + _MARGIN, height + 2 * _MARGIN), _PAPER
    )
    _print(canvas, left, left_corner, left_size)
    _print(canvas, right, right_corner, right_size)
    pen = ImageDraw.Draw(canvas, "RGBA")
    _minutiae(pen, left_minutiae, left_corner, pairs[:, 0])
    _minutiae(pen, right_minutiae, right_corner, pairs[:, 1])
    for k, (i, j) in enumerate(pairs):
        start, end = _at(left_minutiae, i, left_corner), _at(right_minutiae, j, right_corner)
        pen.line([start, end], (*_colour(k), 150), _SCALE)
    return _png(canvas)


def _png(canvas: Image.Image) -> bytes:
    file = io.BytesIO()
    canvas.reduce(_SHRINK).save(file, "PNG")
    return file.getvalue()


def _size(image: NDArray[np.uint8] | None, found: Minutiae) -> tuple[int, int]:
    height, width = (found.height, found.width) if image is None else image.shape
    return width * _SCALE, height * _SCALE


def _print(
    canvas: Image.Image,
    image: NDArray[np.uint8] | None,
    corner: tuple[int, int],
    size: tuple[int, int],
) -> None:
    if image is not None:
        # Half way to white: the ridges are the ground, the minutiae the figure.
        faint = 128 + image // 2
        enlarged = Image.fromarray(faint).resize(size, Image.Resampling.BICUBIC)
        canvas.paste(enlarged.convert("RGB"), corner)
    frame = (corner[0] - 1, corner[1] - 1, corner[0] + size[0], corner[1] + size[1])
    ImageDraw.Draw(canvas).rectangle(frame, outline=_FRAME, width=_SCALE)


def _minutiae(
    pen: ImageDraw.ImageDraw, found: Minutiae, corner: tuple[int, int], paired: NDArray[np.int64]
) -> None:
    order = {int(index): k for k, index in enumerate(paired)}
    for index in range(len(found)):
        if index not in order:
            _minutia(pen, found, index, corner, (*_QUIET, 170))
    for index, k in order.items():
        _minutia(pen, found, index, corner, (*_colour(k), 255))


def _minutia(
    pen: ImageDraw.ImageDraw,
    found: Minutiae,
    index: int,
    corner: tuple[int, int],
    colour: tuple[int, int, int, int],
) -> None:
    """Draw a ring where it is and a tail the way it points."""
    x, y = _at(found, index, corner)
    radius, tail = 4 * _SCALE, 11 * _SCALE
    cos, sin = float(np.cos(found.angle[index])), float(np.sin(found.angle[index]))
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=_SCALE)
    start = (x + radius * cos, y - radius * sin)
    pen.line([start, (x + tail * cos, y - tail * sin)], colour, _SCALE)


def _at(found: Minutiae, index: int, corner: tuple[int, int]) -> tuple[float, float]:
    x, y = found.xy[index]
    return corner[0] + (float(x) + 0.5) * _SCALE, corner[1] + (float(y) + 0.5) * _SCALE


def _colour(pair: int) -> tuple[int, int, int]:
    return PALETTE[pair % len(PALETTE)]
