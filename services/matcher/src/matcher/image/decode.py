"""Images of one fingerprint in: grey, eight bits, 500 dpi out."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.image import jpeg2000, wsq
from matcher.image.errors import BadImage, ImageFault

PPI = 500
MIN_PPI, MAX_PPI = 250, 1200
MAX_BYTES = 16 * 1024 * 1024
MIN_SIDE = 64
"""Pixels at 500 dpi: 3.3 mm, less holds too few minutiae to say anything."""
MAX_PIXELS = 1_500_000
"""Pixels at 500 dpi: 6 square inches, more than the largest rolled finger with its margin.
The network needs about 260 bytes of memory a pixel, so this bounds that too."""
MAX_SIDE = 2_000
"""Pixels at 500 dpi: 4 inches. Two long thin prints, drawn beside each other, would fill memory."""

Size = tuple[int, int]
"""Width and height in pixels."""

_FORMATS = ("PNG", "BMP", "TIFF", "JPEG", "JPEG2000")
_TILE_WIDTH = 322  # TIFF 6.0, section 15
_START_OF_SCAN, _MOST_SCANS = b"\xff\xda", 64
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")


def decode(data: bytes, ppi: int, raw: Size | None = None) -> NDArray[np.uint8]:
    """Decode an image and bring it to 500 dpi.

    data: at most 16 MiB; a PNG, BMP, TIFF, JPEG, JPEG 2000 or WSQ file, known by its first bytes,
        of one frame and any grey, palette or colour mode of up to 16 bits; or, where `raw` says
        how many, pixels of 8 bits and nothing else, rows from above.
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
        grey = _pixels(data, ppi, raw)
    except BadImage:
        raise
    except Exception as error:
        raise BadImage(ImageFault.UNREADABLE, "not a whole image of a known format") from error
    return np.array(resample(grey, ppi), np.uint8)


def resample(grey: Image.Image, ppi: int) -> Image.Image:
    """Bring an 8-bit grey image from this resolution to 500 dpi, free of aliasing.

    Bicubic, Hamming and box kernels make no difference beyond noise to prints of 569 dpi.
    """
    size = _at_500(grey.size, ppi)
    return grey if size == grey.size else grey.resize(size, Image.Resampling.LANCZOS)


def as_png(data: bytes, raw: Size) -> bytes:
    """Wrap raw pixels that `decode` took, so that they say themselves how many they are."""
    file = io.BytesIO()
    Image.frombytes("L", raw, data).save(file, "PNG")
    return file.getvalue()


def _pixels(data: bytes, ppi: int, raw: Size | None) -> Image.Image:
    if raw is not None:
        _check_size(raw, ppi)
        if len(data) != raw[0] * raw[1]:
            fault = f"{len(data)} bytes are not {raw[0]} x {raw[1]} pixels"
            raise BadImage(ImageFault.UNREADABLE, fault)
        return Image.frombytes("L", raw, data)
    if data.startswith(wsq.MAGIC):
        file = wsq.parse(data)
        _check_size((file.width, file.height), ppi)
        return Image.fromarray(file.pixels())
    with Image.open(io.BytesIO(data), formats=_FORMATS) as source:
        _check_size(source.size, ppi)
        _check_cost(source, data)
        return _grey(source)


def _at_500(size: Size, ppi: int) -> Size:
    width, height = size
    return round(width * PPI / ppi), round(height * PPI / ppi)


def _check_size(size: Size, ppi: int) -> None:
    width, height = _at_500(size, ppi)
    if min(width, height) < MIN_SIDE:
        raise BadImage(ImageFault.TOO_SMALL, f"{width} x {height} pixels at {PPI} dpi")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise BadImage(ImageFault.TOO_LARGE, f"{width} x {height} pixels at {PPI} dpi")


def _check_cost(source: Image.Image, data: bytes) -> None:
    """Refuse what would take memory or time out of proportion to its size."""
    if _TILE_WIDTH in getattr(source, "tag_v2", ()):
        # Room is made for a whole tile, however small the image: a bomb by its header.
        raise BadImage(ImageFault.UNSUPPORTED, "the image is stored in tiles")
    if source.format == "JPEG" and data.count(_START_OF_SCAN) > _MOST_SCANS:
        # Each scan goes over the whole image, and may be of a few bytes.
        raise BadImage(ImageFault.UNSUPPORTED, f"the image is stored in over {_MOST_SCANS} scans")
    if source.format == "JPEG2000":
        jpeg2000.check(data, source.size)
    if _has_another_frame(source):
        raise BadImage(ImageFault.UNSUPPORTED, "the file holds more than one image")


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
