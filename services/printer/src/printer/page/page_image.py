"""Read the machine readable zone from an image file of a printed page, made by a scanner."""

import io
import struct

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from printer.page.mrz import Mrz
from printer.page.mrz_reader import UnreadableZone, read_mrz

_FORMATS = ("PNG", "JPEG")
_MOST_PIXELS = 16_000_000
_DAMAGED_FILE = (
    OSError, ValueError, SyntaxError, struct.error, LookupError, ArithmeticError, EOFError,
    TypeError, AttributeError, Image.DecompressionBombError,
)  # fmt: skip
# The zone is the lowest 23.2 of 88 mm of a page; a page that lies aslant needs a little more.
_ZONE_OF_PAGE = 0.29
# Wider than high by this, an image shows the zone alone: the zone's own ratio is 5.4, a page's 1.4.
_ZONE_RATIO = 2.8
# 125 mm at 200 pixels per inch, less what is cut off.
_FEWEST_PIXELS_WIDE = 900
# 600 pixels per inch; more do not make it more readable, only slower.
_MOST_PIXELS_WIDE = 2953
_SEARCH_WIDTH = 800
_WIDEST_ANGLE, _COARSE_STEP, _FINE_STEP = 4.0, 0.5, 0.1
_WHITE = 255


def read_page_image(file: bytes) -> Mrz:
    """Return both lines of the zone on a page, or on the part of it that holds the zone.

    file: PNG or JPEG of at most 16 million pixels, cropped to the page or the zone, upright within
    4 degrees, at least 200 pixels per inch. Raises UnreadableZone.
    """
    zone = _zone(_decode(file))
    straight = _rotated(zone, _angle(zone))
    try:
        return read_mrz(np.asarray(straight))
    except UnreadableZone:
        return read_mrz(np.asarray(straight.filter(ImageFilter.MedianFilter(3))))


def _decode(file: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(file), formats=_FORMATS) as image:
            if image.width < _FEWEST_PIXELS_WIDE or image.width * image.height > _MOST_PIXELS:
                raise UnreadableZone(f"the image has {image.width} x {image.height} pixels")
            upright = ImageOps.exif_transpose(image)
            if upright.has_transparency_data:
                upright = Image.alpha_composite(
                    Image.new("RGBA", upright.size, "white"), upright.convert("RGBA")
                )
            return upright.convert("L")
    except _DAMAGED_FILE as error:
        raise UnreadableZone("the file is not an image in PNG or JPEG") from error


def _zone(page: Image.Image) -> Image.Image:
    if page.width < _ZONE_RATIO * page.height:
        top = page.height - round(page.height * _ZONE_OF_PAGE)
        page = page.crop((0, top, page.width, page.height))
    if page.width <= _MOST_PIXELS_WIDE:
        return page
    height = max(1, round(page.height * _MOST_PIXELS_WIDE / page.width))
    return page.resize((_MOST_PIXELS_WIDE, height), Image.Resampling.BOX)


def _angle(zone: Image.Image) -> float:
    """Return by how many degrees the zone must be turned so that its lines are level."""
    height = max(1, round(zone.height * _SEARCH_WIDTH / zone.width))
    small = zone.resize((_SEARCH_WIDTH, height), Image.Resampling.BOX)
    coarse = max(_steps(0.0, _WIDEST_ANGLE, _COARSE_STEP), key=lambda each: _contrast(small, each))
    return max(_steps(coarse, _COARSE_STEP, _FINE_STEP), key=lambda each: _contrast(small, each))


def _steps(middle: float, width: float, step: float) -> list[float]:
    number = round(width / step)
    return [middle + step * each for each in range(-number, number + 1)]


def _contrast(zone: Image.Image, angle: float) -> float:
    """Return how much neighbouring rows differ in blackness once the zone is turned."""
    rows = np.asarray(_rotated(zone, angle), np.float32).mean(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _rotated(zone: Image.Image, angle: float) -> Image.Image:
    return zone.rotate(angle, Image.Resampling.BICUBIC, fillcolor=_WHITE)
