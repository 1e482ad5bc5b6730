"""Decoding of fingerprint images of any accepted format to grey values at 500 dpi."""

import io
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from matcher.image import jpeg2000, wsq
from matcher.image.unreadable_image import ImageFault, UnreadableImage

PPI = 500
"""Resolution, pixels per inch, at which all images are processed."""
MIN_PPI, MAX_PPI = 250, 1200
"""Range of accepted resolutions."""
MAX_BYTES = 16 * 1024 * 1024
MIN_SIDE = 64
"""Least width and height, pixels at 500 dpi: 3.3 mm; a smaller area holds too few minutiae."""
MAX_PIXELS = 1_500_000
"""Pixels at 500 dpi: 6 square inches, more than the largest rolled finger with its margin.
It also bounds the memory of the extractor, about 260 bytes a pixel."""
MAX_SLAP_PIXELS = 4_000_000
"""Pixels at 500 dpi of an image of several fingers: 16 square inches, 4 x 4."""
MAX_SIDE = 2_000
"""Greatest width and height, pixels at 500 dpi: 4 inches. Bounds the memory of a figure that shows
two long, thin images side by side."""

Size = tuple[int, int]
"""Width and height in pixels."""

_FORMATS = ("PNG", "BMP", "TIFF", "JPEG", "JPEG2000")
_TILE_WIDTH = 322  # TIFF 6.0, section 15
_START_OF_SCAN, _MAX_SCANS = b"\xff\xda", 64
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")


class Decode(Protocol):
    """`decode`, or what does the same elsewhere, as `decoder_pool.DecoderPool.decode` does."""

    def __call__(
        self, data: bytes, ppi: int, raw: Size | None = None, max_pixels: int = MAX_PIXELS
    ) -> NDArray[np.uint8]:
        """Return the grey values of an image at 500 dpi, uint8 (h, w). Raises UnreadableImage."""


def decode(
    data: bytes, ppi: int, raw: Size | None = None, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Return the grey values of an image at 500 dpi, uint8 (h, w).

    data: at most 16 MiB; a PNG, BMP, TIFF, JPEG, JPEG 2000 or WSQ file, recognised by its first
        bytes, with one frame, in any grey, palette or colour mode of up to 16 bits; or, if `raw` is
        given, nothing but pixels of 8 bits, row by row from the top.
    ppi: resolution of the scan, 250 to 1200 pixels per inch. What the file itself states is
        ignored, since it is often wrong.
    raw: width and height of raw pixels; None for a file.
    max_pixels: most pixels of the result, which also has 64 to 2,000 pixels a side.
    Raises UnreadableImage, and MemoryError. The size is checked in the header, before any pixel is
    decoded.
    """
    if not MIN_PPI <= ppi <= MAX_PPI:
        raise UnreadableImage(
            ImageFault.BAD_RESOLUTION, f"ppi must be {MIN_PPI} to {MAX_PPI}, not {ppi}"
        )
    if not data:
        raise UnreadableImage(ImageFault.EMPTY, "the image has no bytes")
    if len(data) > MAX_BYTES:
        raise UnreadableImage(ImageFault.TOO_LARGE, f"the image is larger than {MAX_BYTES} bytes")
    # Decoders raise almost any exception on hostile bytes; all of them mean the same here.
    try:
        grey = _pixels(data, ppi, raw, max_pixels)
    except (UnreadableImage, MemoryError):
        raise
    except Exception as error:
        raise UnreadableImage(
            ImageFault.UNREADABLE, "not a whole image of a known format"
        ) from error
    return np.array(resample(grey, ppi), np.uint8)


def resample(grey: Image.Image, ppi: int) -> Image.Image:
    """Return an 8-bit grey image of resolution `ppi` resampled to 500 dpi without aliasing.

    For images of 569 dpi, bicubic, Hamming and box kernels were no better or worse than Lanczos.
    """
    size = _size_at_500_dpi(grey.size, ppi)
    return grey if size == grey.size else grey.resize(size, Image.Resampling.LANCZOS)


def as_png(data: bytes, raw: Size) -> bytes:
    """Return raw pixels, which `decode` accepted, as a PNG file, which states its own size."""
    file = io.BytesIO()
    Image.frombytes("L", raw, data).save(file, "PNG")
    return file.getvalue()


def _pixels(data: bytes, ppi: int, raw: Size | None, max_pixels: int) -> Image.Image:
    if raw is not None:
        _check_size(raw, ppi, max_pixels)
        if len(data) != raw[0] * raw[1]:
            fault = f"{len(data)} bytes are not {raw[0]} x {raw[1]} pixels"
            raise UnreadableImage(ImageFault.UNREADABLE, fault)
        return Image.frombytes("L", raw, data)
    if data.startswith(wsq.MAGIC):
        file = wsq.parse(data)
        _check_size((file.width, file.height), ppi, max_pixels)
        return Image.fromarray(file.pixels())
    with Image.open(io.BytesIO(data), formats=_FORMATS) as source:
        _check_size(source.size, ppi, max_pixels)
        _check_cost(source, data)
        return _grey(source)


def _size_at_500_dpi(size: Size, ppi: int) -> Size:
    width, height = size
    return round(width * PPI / ppi), round(height * PPI / ppi)


def _check_size(size: Size, ppi: int, max_pixels: int) -> None:
    width, height = _size_at_500_dpi(size, ppi)
    if min(width, height) < MIN_SIDE:
        raise UnreadableImage(ImageFault.TOO_SMALL, f"{width} x {height} pixels at {PPI} dpi")
    if width * height > max_pixels or max(width, height) > MAX_SIDE:
        raise UnreadableImage(ImageFault.TOO_LARGE, f"{width} x {height} pixels at {PPI} dpi")


def _check_cost(source: Image.Image, data: bytes) -> None:
    """Raise UnreadableImage if decoding would cost memory or time out of proportion to the size."""
    if _TILE_WIDTH in getattr(source, "tag_v2", ()):
        # A decoder allocates a whole tile, however small the image: a decompression bomb.
        raise UnreadableImage(ImageFault.UNSUPPORTED, "the image is stored in tiles")
    if source.format == "JPEG" and data.count(_START_OF_SCAN) > _MAX_SCANS:
        # Each scan costs a pass over the whole image, and may have only a few bytes.
        raise UnreadableImage(
            ImageFault.UNSUPPORTED, f"the image is stored in over {_MAX_SCANS} scans"
        )
    if source.format == "JPEG2000":
        jpeg2000.check_decoding_cost(data, source.size)
    if _has_another_frame(source):
        raise UnreadableImage(ImageFault.UNSUPPORTED, "the file holds more than one image")


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
        raise UnreadableImage(ImageFault.UNSUPPORTED, "more than 16 bits a pixel")
    if source.has_transparency_data:
        # Transparent parts are background, white as paper.
        paper = Image.new("RGBA", source.size, "white")
        return Image.alpha_composite(paper, source.convert("RGBA")).convert("L")
    return source.convert("L")
