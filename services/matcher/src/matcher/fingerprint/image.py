"""Images of one fingerprint in: grey, eight bits, 500 dpi out."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.fingerprint.errors import BadImage, ImageFault

PPI = 500
MIN_PPI, MAX_PPI = 250, 1200
MAX_BYTES = 16 * 1024 * 1024
MIN_SIDE = 64
"""Pixels at 500 dpi: 3.3 mm, less holds too few minutiae to say anything."""
MAX_PIXELS = 1_500_000
"""Pixels at 500 dpi: 6 square inches, more than the largest rolled finger with its margin.
The network needs about 1 kB of memory a pixel, so this bounds that too."""
MAX_SIDE = 2_000
"""Pixels at 500 dpi: 4 inches. Two long thin prints, drawn beside each other, would fill memory."""

FORMATS = ("PNG", "BMP", "TIFF")
_TILE_WIDTH = 322  # TIFF 6.0, section 15
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")


def decode(data: bytes, ppi: int) -> NDArray[np.uint8]:
    """Decode a PNG, BMP or TIFF image and bring it to 500 dpi.

    data: the file, at most 16 MiB; one frame; any grey, palette or colour mode of up to 16 bits.
    ppi: the resolution it was scanned at, 250 to 1200 pixels an inch. Files are not asked: what
        they say about themselves is often wrong.
    Returns uint8 (h, w), 64 to 2,000 pixels a side and at most 1.5 million pixels.
    Raises BadImage. The size is judged by the header, before a pixel is decoded.
    """
    if not MIN_PPI <= ppi <= MAX_PPI:
        raise BadImage(ImageFault.BAD_RESOLUTION, f"ppi must be {MIN_PPI} to {MAX_PPI}, not {ppi}")
    if not data:
        raise BadImage(ImageFault.EMPTY, "the image has no bytes")
    if len(data) > MAX_BYTES:
        raise BadImage(ImageFault.TOO_LARGE, f"the image is larger than {MAX_BYTES} bytes")
    # Decoders answer hostile bytes with almost any exception; all of them mean the same here.
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as source:
            size = _size_at_500(source, ppi)
            grey = _grey(source)
    except BadImage:
        raise
    except Exception as error:
        raise BadImage(ImageFault.UNREADABLE, "not a whole PNG, BMP or TIFF image") from error
    if grey.size != size:
        grey = grey.resize(size, Image.Resampling.LANCZOS)
    return np.array(grey, np.uint8)


def _size_at_500(source: Image.Image, ppi: int) -> tuple[int, int]:
    width, height = (round(side * PPI / ppi) for side in source.size)
    if min(width, height) < MIN_SIDE:
        raise BadImage(ImageFault.TOO_SMALL, f"{width} x {height} pixels at {PPI} dpi")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise BadImage(ImageFault.TOO_LARGE, f"{width} x {height} pixels at {PPI} dpi")
    if _TILE_WIDTH in getattr(source, "tag_v2", ()):
        # Room is made for a whole tile, however small the image: a bomb by its header.
        raise BadImage(ImageFault.UNSUPPORTED, "the image is stored in tiles")
    if _has_another_frame(source):
        raise BadImage(ImageFault.UNSUPPORTED, "the file holds more than one image")
    return width, height


def _has_another_frame(source: Image.Image) -> bool:
    # Not by n_frames: counting the frames of a hostile TIFF takes minutes.
    try:
        source.seek(1)
    except EOFError:
        return False
    return True


def _grey(source: Image.Image) -> Image.Image:
    if source.mode in _SIXTEEN_BITS:
        # Pillow's own conversion clips at 255 instead of scaling.
        return Image.fromarray((np.asarray(source) >> 8).astype(np.uint8))
    if source.mode in ("I", "F"):
        raise BadImage(ImageFault.UNSUPPORTED, "more than 16 bits a pixel")
    if source.has_transparency_data:
        # What shows through a print is paper.
        paper = Image.new("RGBA", source.size, "white")
        return Image.alpha_composite(paper, source.convert("RGBA")).convert("L")
    return source.convert("L")
