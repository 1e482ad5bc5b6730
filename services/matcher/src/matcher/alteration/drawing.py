"""Figure for whoever decides whether a finger is altered: the print, and what is unusual in it."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from matcher.alteration.detector import Examination
from matcher.drawing import PALETTE
from matcher.extraction.ridge_flow import BLOCK
from matcher.minutiae import Minutiae

_SCALE = 2
_GAP = 24
_UNUSUAL, _USUAL, _REGION, _MINUTIA = PALETTE[1], PALETTE[0], PALETTE[3], PALETTE[2]
_MOST_OPAQUE = 0.8
"""Share of the colour where a block is most unusual."""


def draw_examination(
    image: NDArray[np.uint8], minutiae: Minutiae, examination: Examination
) -> bytes:
    """Return a figure, a PNG file: left the image, right the same with what was found.

    image: uint8 (h, w) at 500 dpi. Orange is where ridges run otherwise than those of the finger
    that comes closest, the blue lines, and where there are none, or a furrow; green dots are
    minutiae. Of a suspicious finger a frame shows where most of it is.
    """
    height, width = (_SCALE * side for side in image.shape)
    enlarged = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    canvas = Image.new("RGB", (2 * width + _GAP, height), (255, 255, 255))
    canvas.paste(enlarged, (0, 0))
    found = Image.composite(
        Image.new("RGB", enlarged.size, _UNUSUAL), _faint(enlarged), _opacity(examination, enlarged)
    )
    pen = ImageDraw.Draw(found)
    _draw_model(pen, examination)
    for x, y in _SCALE * (minutiae.xy.astype(np.float64) + 0.5):
        pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=_MINUTIA)
    if examination.score.is_suspicious:
        region = examination.region
        corner = region.left * _SCALE, region.top * _SCALE
        opposite = corner[0] + region.width * _SCALE, corner[1] + region.height * _SCALE
        pen.rectangle((*corner, *opposite), outline=_REGION, width=4)
    canvas.paste(found, (width + _GAP, 0))
    file = io.BytesIO()
    canvas.save(file, "PNG")
    return file.getvalue()


def _faint(enlarged: Image.Image) -> Image.Image:
    """Return an image half way to white, so that lines stand out from it."""
    return enlarged.point(lambda grey: 128 + grey // 2).convert("RGB")


def _opacity(examination: Examination, enlarged: Image.Image) -> Image.Image:
    opaque = 255 * _MOST_OPAQUE * examination.signs.strength
    blocks = Image.fromarray(np.asarray(np.rint(opaque), np.uint8))
    size = blocks.width * BLOCK * _SCALE, blocks.height * BLOCK * _SCALE
    opacity = Image.new("L", enlarged.size, 0)
    opacity.paste(blocks.resize(size, Image.Resampling.BILINEAR), (0, 0))
    return opacity


def _draw_model(pen: ImageDraw.ImageDraw, examination: Examination) -> None:
    """Draw the ridges of the model, a line in every second block of the skin."""
    signs = examination.signs
    half = 0.8 * BLOCK * _SCALE
    for row, column in np.argwhere(signs.flow.skin):
        if row % 2 == 0 and column % 2 == 0:
            along = 0.5 * np.angle(signs.model.field[row, column])
            x, y = ((place + 0.5) * BLOCK * _SCALE for place in (column, row))
            dx, dy = half * math.cos(along), -half * math.sin(along)
            pen.line((x - dx, y - dy, x + dx, y + dy), _USUAL, 2)
