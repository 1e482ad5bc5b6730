"""A photo file as an array of pixels, and the array as the JPEG that is printed."""

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from issuance.domain.portrait_defects import ASPECT_RATIO, GREATEST_WIDTH

Rgb = NDArray[np.uint8]
"""Shape (height, width, 3), sRGB."""
_FORMATS = ("JPEG", "JPEG2000")
# An office's camera may deliver a picture of another shape; it is decoded to say so.
_GREATEST_HEIGHT = 2 * round(GREATEST_WIDTH / ASPECT_RATIO)
# The portrait is 35 mm wide or less on every page: 560 pixels are 400 per inch.
_PRINTED_WIDTH = 560
# The printer takes files of at most 256 KiB; only noise needs more at the first quality.
_GREATEST_FILE, _QUALITIES = 256 * 1024, (85, 75, 60, 40, 20)
_SRGB = ImageCms.createProfile("sRGB")
# Profiles of cameras have a few KiB; larger ones are tables for printing presses.
_LARGEST_PROFILE = 1024 * 1024
_DAMAGED_PICTURE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
# What Pillow's reader and writer of EXIF run into, undocumented.
_DAMAGED_EXIF = (
    struct.error, TypeError, AttributeError, LookupError, ArithmeticError, EOFError,
)  # fmt: skip


class UnreadablePhoto(Exception):
    """The bytes are not a photo, or one of far too many pixels."""


def read_photo(data: bytes) -> Rgb:
    """Decode a JPEG or JPEG 2000 file, turned as its EXIF orientation says, into sRGB.

    A picture without an ICC profile, or with one that cannot be used, is taken for sRGB. The size
    is read before any pixel is decoded. Raises UnreadablePhoto.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if max(image.size) > _GREATEST_HEIGHT:
                raise UnreadablePhoto(f"{image.width} x {image.height} pixels")
            return np.asarray(_in_srgb(ImageOps.exif_transpose(image)))
    except (*_DAMAGED_PICTURE, *_DAMAGED_EXIF) as error:
        raise UnreadablePhoto(str(error)) from error


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile", b"")
    if not 0 < len(profile) <= _LARGEST_PROFILE:
        return image.convert("RGB")
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, given, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, *_DAMAGED_PICTURE):
        return image.convert("RGB")
    return converted or image.convert("RGB")


def printed_portrait(photo: Rgb) -> bytes:
    """Return the photo as a JPEG without metadata, at most 560 pixels wide and 256 KiB.

    Cropped around its middle to 35 : 45, to the next whole pixel of height.
    """
    image = Image.fromarray(photo)
    width = min(image.width, _PRINTED_WIDTH)
    size = (width, round(width / ASPECT_RATIO))
    image = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    files = (_jpeg(image, quality) for quality in _QUALITIES)
    return next(file for file in files if len(file) <= _GREATEST_FILE)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()
