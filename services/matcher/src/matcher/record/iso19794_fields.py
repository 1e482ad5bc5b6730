"""What both editions of ISO/IEC 19794-2 share: the bytes of minutiae, and the ranges of fields.

Numbers are big-endian. A minutia is x with the kind in its upper two bits (2 bytes), y (2), angle
in 1/256 turn (1) and, where the record has it, quality (1). How the ridges run, which the standard
has no field for, follows as extended data of a vendor, which others skip.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.minutiae import MAX_MINUTIAE, Minutiae, minutiae_from_rows, wrapped_angle
from matcher.record.invalid_record import InvalidRecord
from matcher.ridge_map import RidgeMap

MINUTIA_BYTES = 6
"""Bytes of a minutia with quality, as this package writes both editions."""
PX_PER_CM = 197
"""Pixels per cm of 500 dpi, rounded as in the standard."""
MAX_VIEWS = 11 * 16
"""Largest number of views in a record: positions 0 to 10, each up to 16 times."""

_VIEWS_PER_FINGER = 16
_POSITIONS = range(11)  # 0 unknown, 1 to 5 right thumb to little, 6 to 10 left
_RATES = range(99, 473)  # 250 to 1200 dpi
_SIDES = range(1, 2**14)
_STEP = 2 * np.pi / 256  # 1.40625 degrees
_AREA = struct.Struct(">HH")
"""What an area of extended data begins with: its type, and its length with these four bytes."""
_VENDOR_AREA = 0x0100
"""The first type that the standard leaves to vendors."""
_RIDGE_MAP = b"RDGMAP1\0"
"""How our area of this type begins, so that another vendor's is not taken for it."""
_ANGLES = wrapped_angle(np.arange(256) * _STEP)


@dataclass(frozen=True, slots=True)
class FingerRecord:
    """One view of a finger. position: 0 to 10; impression: ISO impression type, 0 to 29."""

    position: int
    impression: int
    minutiae: Minutiae


@dataclass(frozen=True, slots=True)
class ImageFrame:
    """The image on which minutiae lie: size in pixels, 0 if not stated, and pixels per cm."""

    width: int
    height: int
    x_rate: int
    y_rate: int


class FieldReader:
    """Reads the bytes of a record in order; raises InvalidRecord where they end too early."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self._at + count
        if end > len(self._data):
            raise InvalidRecord("the record ends too early")
        taken, self._at = self._data[self._at : end], end
        return taken

    def fields(self, layout: struct.Struct) -> tuple[Any, ...]:
        """Return the next fields of this layout."""
        return layout.unpack(self.take(layout.size))

    def extended_data(self) -> bytes:
        """Return ridge counts, cores, deltas and vendor data; their length is always stated."""
        return self.take(int.from_bytes(self.take(2), "big"))

    def require_end(self) -> None:
        """Raise InvalidRecord if any byte is left."""
        if self._at != len(self._data):
            raise InvalidRecord("lengths in the record do not agree")


def check_finger(position: int, impression: int, impressions: range) -> None:
    """Raise InvalidRecord unless finger position and impression type are codes of the edition."""
    if position not in _POSITIONS or impression not in impressions:
        raise InvalidRecord("finger position or impression type out of range")


def check_writable(record: FingerRecord, impressions: range) -> None:
    """Raise InvalidRecord if a record of the edition cannot hold this view."""
    minutiae = record.minutiae
    check_finger(record.position, record.impression, impressions)
    if len(minutiae) > MAX_MINUTIAE:
        raise InvalidRecord(f"{len(minutiae)} minutiae, a view holds {MAX_MINUTIAE}")
    if minutiae.width not in _SIDES or minutiae.height not in _SIDES:
        raise InvalidRecord(f"image of {minutiae.width} x {minutiae.height} pixels")


def view_numbers(records: tuple[FingerRecord, ...]) -> list[int]:
    """Return the number of each view among those of its finger, from 0.

    Raises InvalidRecord without any view or above 16 views of one finger.
    """
    seen: dict[int, int] = {}
    numbers = []
    for record in records:
        numbers.append(seen.setdefault(record.position, 0))
        seen[record.position] += 1
    if not numbers or max(numbers) >= _VIEWS_PER_FINGER:
        raise InvalidRecord(f"a record holds 1 to {_VIEWS_PER_FINGER} views of a finger")
    return numbers


def pack(minutiae: Minutiae, no_quality: int) -> bytes:
    """Return the minutiae as bytes, six each. no_quality: code of a quality not reported."""
    packed = np.empty((len(minutiae), MINUTIA_BYTES), np.uint8)
    x = minutiae.xy[:, 0].astype(">u2") | minutiae.kind.astype(">u2") << 14
    packed[:, 0:2] = x.astype(">u2").view(np.uint8).reshape(-1, 2)
    packed[:, 2:4] = minutiae.xy[:, 1].astype(">u2").view(np.uint8).reshape(-1, 2)
    packed[:, 4] = np.rint(minutiae.angle / _STEP).astype(np.int64) % 256
    packed[:, 5] = np.where(minutiae.quality == 0, no_quality, minutiae.quality)
    return packed.tobytes()


def pack_extended_data(minutiae: Minutiae) -> bytes:
    """Return the length of the extended data and these: the map of the ridges, if there is one."""
    if minutiae.ridge_map is None:
        return b"\0\0"
    area = _RIDGE_MAP + minutiae.ridge_map.to_bytes()
    area = _AREA.pack(_VENDOR_AREA, _AREA.size + len(area)) + area
    return len(area).to_bytes(2, "big") + area


def unpack(raw: bytes, size: int, frame: ImageFrame, extended_data: bytes) -> Minutiae:
    """Return minutiae of `size` (5 or 6) bytes each, converted to 500 dpi. Raises InvalidRecord.

    A quality of 0 or above 100 counts as not reported. Some vendors record minutiae outside the
    stated image, or state no image: then the image is enlarged to contain them, since a comparison
    needs only their relative positions.
    """
    if frame.x_rate not in _RATES or frame.y_rate not in _RATES:
        raise InvalidRecord(
            f"{frame.x_rate} x {frame.y_rate} pixels per cm, supported are 99 to 472"
        )
    table = np.frombuffer(raw, np.uint8).reshape(-1, size)
    position = table[:, :4].copy().view(">u2").astype(np.int16) & 0x3FFF
    kind = table[:, 0] >> np.uint8(6)
    if (kind > 2).any():
        raise InvalidRecord("a minutia is of a reserved kind")
    reported = table[:, 5] if size == MINUTIA_BYTES else np.zeros(len(table), np.uint8)
    quality = np.where(reported > 100, np.uint8(0), reported)
    right, bottom = position.max(axis=0, initial=0).tolist()
    width, height = max(frame.width, right + 1), max(frame.height, bottom + 1)
    if frame.x_rate == frame.y_rate == PX_PER_CM:
        ridge_map = _ridge_map(extended_data)
        return Minutiae(position, _ANGLES[table[:, 4]], kind, quality, width, height, ridge_map)
    scale = np.array([PX_PER_CM / frame.x_rate, PX_PER_CM / frame.y_rate])
    width, height = np.maximum(1, np.rint((width, height) * scale)).astype(int).tolist()
    angle = _on_square_pixels(table[:, 4] * np.float64(_STEP), scale)
    rows = np.column_stack([position * scale, angle, kind, quality])
    return minutiae_from_rows(rows, width=width, height=height)


def _ridge_map(extended_data: bytes) -> RidgeMap | None:
    """Return the map in extended data; None if there is none of ours that can be read."""
    at = 0
    while at + _AREA.size <= len(extended_data):
        kind, length = _AREA.unpack_from(extended_data, at)
        area = extended_data[at + _AREA.size : at + length]
        if kind == _VENDOR_AREA and area.startswith(_RIDGE_MAP):
            try:
                return RidgeMap.from_bytes(area.removeprefix(_RIDGE_MAP))
            except ValueError:
                return None
        at += max(length, _AREA.size)
    return None


def _on_square_pixels(
    angle: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the angles after pixels are scaled to be square; angle: radians, scale: (x, y)."""
    if scale[0] == scale[1]:
        return angle
    scaled: NDArray[np.float64] = np.arctan2(np.sin(angle) * scale[1], np.cos(angle) * scale[0])
    return scaled
