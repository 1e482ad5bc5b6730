"""Figures for examiners: impressions with their minutiae, alone or paired with a reference."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from matcher.minutiae import Minutiae

_SCALE = 4  # drawn at four times the size, then reduced to twice: smooth lines
_REDUCTION = 2
_MARGIN, _GAP = 48, 128
_LINE, _FONT = 80, 52
"""Height of a line of text and of its letters."""
_INK = (30, 34, 42)
_BACKGROUND, _FRAME = (255, 255, 255), (214, 219, 227)
_NEUTRAL = (150, 160, 175)
PALETTE = (
    (0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (230, 159, 0),
)  # fmt: skip
"""Colours that colour-blind people can distinguish (Okabe and Ito, 2008)."""
_KIND_COLOURS = (_NEUTRAL, PALETTE[0], PALETTE[1])
"""Colour of minutiae by kind: other, ridge ending, bifurcation."""


def draw_minutiae(image: NDArray[np.uint8] | None, minutiae: Minutiae) -> bytes:
    """Return a figure of an impression with its minutiae, a PNG file.

    image: uint8 (h, w) at 500 dpi, or None for a template without an image. Endings are blue,
    bifurcations orange; the higher its quality, the more opaque a minutia is.
    """
    width, height = _size(image, minutiae)
    canvas = Image.new("RGB", (width + 2 * _MARGIN, height + 2 * _MARGIN), _BACKGROUND)
    _draw_impression(canvas, image, (_MARGIN, _MARGIN), (width, height))
    pen = ImageDraw.Draw(canvas, "RGBA")
    for index in np.argsort(minutiae.quality, kind="stable"):
        quality = int(minutiae.quality[index]) or 100  # 0: not reported
        colour = (*_KIND_COLOURS[minutiae.kind[index]], 75 + 180 * quality // 100)
        _draw_minutia(pen, minutiae, int(index), (_MARGIN, _MARGIN), colour)
    return _png(canvas)


def draw_paired_minutiae(
    probe_image: NDArray[np.uint8] | None,
    probe: Minutiae,
    reference_image: NDArray[np.uint8] | None,
    reference: Minutiae,
    pairs: NDArray[np.int64],
    caption: str = "",
) -> bytes:
    """Return a figure of probe and reference side by side with lines between pairs, a PNG file.

    probe_image, reference_image: uint8 (h, w) at 500 dpi, or None for a template without an image.
    pairs: int64 (p, 2), indices into both Minutiae, as `comparator.paired_minutiae` returns them.
    caption: written above the fingers.
    """
    left_size = _size(probe_image, probe)
    right_size = _size(reference_image, reference)
    height = max(left_size[1], right_size[1])
    top = _MARGIN + _LINE * len(caption.splitlines())
    left_corner = (_MARGIN, top + (height - left_size[1]) // 2)
    right_corner = (_MARGIN + left_size[0] + _GAP, top + (height - right_size[1]) // 2)
    font = ImageFont.load_default(_FONT)
    of_caption = max((int(font.getlength(line)) for line in caption.splitlines()), default=0)
    width = max(right_corner[0] + right_size[0], _MARGIN + of_caption) + _MARGIN
    canvas = Image.new("RGB", (width, top + height + _MARGIN), _BACKGROUND)
    _draw_impression(canvas, probe_image, left_corner, left_size)
    _draw_impression(canvas, reference_image, right_corner, right_size)
    pen = ImageDraw.Draw(canvas, "RGBA")
    _draw_minutiae(pen, probe, left_corner, pairs[:, 0])
    _draw_minutiae(pen, reference, right_corner, pairs[:, 1])
    for k, (i, j) in enumerate(pairs):
        start, end = _centre(probe, i, left_corner), _centre(reference, j, right_corner)
        pen.line([start, end], (*_colour(k), 150), _SCALE)
    pen.multiline_text((_MARGIN, _MARGIN // 2), caption, _INK, font, spacing=_LINE - _FONT)
    return _png(canvas)


def _png(canvas: Image.Image) -> bytes:
    file = io.BytesIO()
    canvas.reduce(_REDUCTION).save(file, "PNG")
    return file.getvalue()


def _size(image: NDArray[np.uint8] | None, minutiae: Minutiae) -> tuple[int, int]:
    height, width = (minutiae.height, minutiae.width) if image is None else image.shape
    return width * _SCALE, height * _SCALE


def _draw_impression(
    canvas: Image.Image,
    image: NDArray[np.uint8] | None,
    corner: tuple[int, int],
    size: tuple[int, int],
) -> None:
    if image is not None:
        # Half way to white, so that the minutiae stand out from the ridges.
        faint = 128 + image // 2
        enlarged = Image.fromarray(faint).resize(size, Image.Resampling.BICUBIC)
        canvas.paste(enlarged.convert("RGB"), corner)
    frame = (corner[0] - 1, corner[1] - 1, corner[0] + size[0], corner[1] + size[1])
    ImageDraw.Draw(canvas).rectangle(frame, outline=_FRAME, width=_SCALE)


def _draw_minutiae(
    pen: ImageDraw.ImageDraw, minutiae: Minutiae, corner: tuple[int, int], paired: NDArray[np.int64]
) -> None:
    """Draw unpaired minutiae grey, and paired ones in the colour of their pair."""
    order = {int(index): k for k, index in enumerate(paired)}
    for index in range(len(minutiae)):
        if index not in order:
            _draw_minutia(pen, minutiae, index, corner, (*_NEUTRAL, 170))
    for index, k in order.items():
        _draw_minutia(pen, minutiae, index, corner, (*_colour(k), 255))


def _draw_minutia(
    pen: ImageDraw.ImageDraw,
    minutiae: Minutiae,
    index: int,
    corner: tuple[int, int],
    colour: tuple[int, int, int, int],
) -> None:
    """Draw a ring at the position of a minutia and a tail in its direction."""
    x, y = _centre(minutiae, index, corner)
    radius, tail = 4 * _SCALE, 11 * _SCALE
    cos, sin = float(np.cos(minutiae.angle[index])), float(np.sin(minutiae.angle[index]))
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=_SCALE)
    start = (x + radius * cos, y - radius * sin)
    pen.line([start, (x + tail * cos, y - tail * sin)], colour, _SCALE)


def _centre(minutiae: Minutiae, index: int, corner: tuple[int, int]) -> tuple[float, float]:
    """Return where the centre of a minutia lies on the canvas."""
    x, y = minutiae.xy[index]
    return corner[0] + (float(x) + 0.5) * _SCALE, corner[1] + (float(y) + 0.5) * _SCALE


def _colour(pair: int) -> tuple[int, int, int]:
    return PALETTE[pair % len(PALETTE)]
