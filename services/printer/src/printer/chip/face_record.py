"""A portrait as a facial record (ISO/IEC 19794-5:2005), the format of data group 2.

One image, full frontal, without feature points; big-endian throughout.
"""

import io
import struct
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from printer.chip.data_objects import MalformedChipData

# Clause 5.4: format identifier, version number, length of the record, number of images.
_HEADER = struct.Struct(">4s4sIH")
# Clause 5.5: length of the image's block, feature points, gender, eye colour, hair colour, property
# mask, expression, pose angles, their uncertainties. All but length and gender are unspecified.
_INFORMATION = struct.Struct(">IHBBB3sH3s3s")
# Clause 5.7: image type, data type, width, height, colour space, source, device type, quality.
_IMAGE = struct.Struct(">BBHHBBHH")
_FORMAT, _VERSION = b"FAC\0", b"010\0"
_GENDERS = {"X": 0, "M": 1, "F": 2}
_FULL_FRONTAL, _UNSPECIFIED, _RGB_24_BIT = 1, 0, 1
_DATA_TYPES = {"JPEG": 0, "JPEG2000": 1}


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """What a facial record holds. portrait: JPEG or JPEG 2000 file. sex: M, F or X (unspecified).

    width, height: of the portrait, pixels.
    """

    portrait: bytes
    sex: str
    width: int
    height: int


def encode(portrait: bytes, sex: str) -> bytes:
    """Return the record of a portrait; raise MalformedChipData unless it is JPEG or JPEG 2000.

    sex: M, F or X (unspecified).
    """
    data_type, width, height = _measure(portrait)
    block = _INFORMATION.size + _IMAGE.size + len(portrait)
    return b"".join(
        [
            _HEADER.pack(_FORMAT, _VERSION, _HEADER.size + block, 1),
            _INFORMATION.pack(
                block, 0, _GENDERS[sex], 0, 0, bytes(3), _UNSPECIFIED, bytes(3), bytes(3)
            ),
            _IMAGE.pack(_FULL_FRONTAL, data_type, width, height, _RGB_24_BIT, _UNSPECIFIED, 0, 0),
            portrait,
        ]
    )


def decode(record: bytes) -> FaceRecord:
    """Return what a record made by `encode` holds; raise MalformedChipData for any other."""
    try:
        return _decode(record)
    except struct.error:
        raise MalformedChipData("a facial record that ends early") from None


def _decode(record: bytes) -> FaceRecord:
    form, version, length, images = _HEADER.unpack_from(record)
    if (form, version, length, images) != (_FORMAT, _VERSION, len(record), 1):
        raise MalformedChipData("not a facial record of one image")
    block, points, gender, *_ = _INFORMATION.unpack_from(record, _HEADER.size)
    image_at = _HEADER.size + _INFORMATION.size
    _, _, width, height, *_ = _IMAGE.unpack_from(record, image_at)
    sexes = {number: sex for sex, number in _GENDERS.items()}
    if block != len(record) - _HEADER.size or points != 0 or gender not in sexes:
        raise MalformedChipData("a facial record that nobody here has made")
    return FaceRecord(record[image_at + _IMAGE.size :], sexes[gender], width, height)


def _measure(portrait: bytes) -> tuple[int, int, int]:
    try:
        with Image.open(io.BytesIO(portrait), formats=list(_DATA_TYPES)) as image:
            return _DATA_TYPES[str(image.format)], *image.size
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise MalformedChipData("the portrait is neither JPEG nor JPEG 2000") from None
