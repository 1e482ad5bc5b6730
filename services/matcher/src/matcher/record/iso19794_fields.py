"""What the editions of ISO/IEC 19794-2 share: the bytes of minutiae, and what may stand in a field.

Numbers are big-endian. A minutia is x with the kind in its upper two bits (2 bytes), y (2), angle
in 256ths of a turn (1) and, where the record has it, quality (1).
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.minutiae import MAX_MINUTIAE, Minutiae, minutiae
from matcher.record.errors import BadTemplate

MINUTIA_BYTES = 6
"""With quality, as both editions are written here."""
PX_PER_CM = 197
"""500 dpi as the standard rounds it."""
MAX_VIEWS = 11 * 16
"""Positions 0 to 10, each up to 16 times."""

_VIEWS_A_FINGER = 16
_POSITIONS = range(11)  # 0 unknown, 1 to 5 right thumb to little, 6 to 10 left
_RATES = range(99, 473)  # 250 to 1200 dpi
_SIDES = range(1, 2**14)
_STEP = 2 * np.pi / 256  # 1.40625 degrees


@dataclass(frozen=True, slots=True)
class FingerRecord:
    """One view: which finger (0 to 10), ISO impression type (0 to 29), its minutiae."""

    position: int
    impression: int
    minutiae: Minutiae


@dataclass(frozen=True, slots=True)
class Frame:
    """The image minutiae lie on: its size in pixels, 0 not said, and pixels per cm each way."""

    width: int
    height: int
    x_rate: int
    y_rate: int


class Reader:
    """Bytes with a position; running out of them is a BadTemplate."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        end = self._at + count
        if end > len(self._data):
            raise BadTemplate("the record ends too early")
        taken, self._at = self._data[self._at : end], end
        return taken

    def fields(self, layout: struct.Struct) -> tuple[Any, ...]:
        """Return the next fields."""
        return layout.unpack(self.take(layout.size))

    def skip_extended_data(self) -> None:
        """Skip ridge counts, cores, deltas and whatever vendors add; its length stands always."""
        self.take(int.from_bytes(self.take(2), "big"))

    def must_end(self) -> None:
        """Raise BadTemplate if anything is left."""
        if self._at != len(self._data):
            raise BadTemplate("lengths in the record do not agree")


def check_finger(position: int, impression: int, impressions: range) -> None:
    """Raise BadTemplate unless both are codes of the edition."""
    if position not in _POSITIONS or impression not in impressions:
        raise BadTemplate("finger position or impression type out of range")


def check_writable(record: FingerRecord, impressions: range) -> None:
    """Raise BadTemplate if the edition has no place for the finger, its image or its minutiae."""
    found = record.minutiae
    check_finger(record.position, record.impression, impressions)
    if len(found) > MAX_MINUTIAE:
        raise BadTemplate(f"{len(found)} minutiae, a view holds {MAX_MINUTIAE}")
    if found.width not in _SIDES or found.height not in _SIDES:
        raise BadTemplate(f"image of {found.width} x {found.height} pixels")


def view_numbers(records: tuple[FingerRecord, ...]) -> list[int]:
    """Number the views of each finger from 0, in order. Raises BadTemplate above 16 of one."""
    seen: dict[int, int] = {}
    numbers = []
    for record in records:
        numbers.append(seen.setdefault(record.position, 0))
        seen[record.position] += 1
    if not numbers or max(numbers) >= _VIEWS_A_FINGER:
        raise BadTemplate(f"a record holds 1 to {_VIEWS_A_FINGER} views of a finger")
    return numbers


def pack(found: Minutiae, no_quality: int) -> bytes:
    """Return the minutiae as bytes, six each; no_quality stands for what is not reported."""
    packed = np.empty((len(found), MINUTIA_BYTES), np.uint8)
    x = found.xy[:, 0].astype(">u2") | found.kind.astype(">u2") << 14
    packed[:, 0:2] = x.astype(">u2").view(np.uint8).reshape(-1, 2)
    packed[:, 2:4] = found.xy[:, 1].astype(">u2").view(np.uint8).reshape(-1, 2)
    packed[:, 4] = np.rint(found.angle / _STEP).astype(np.int64) % 256
    packed[:, 5] = np.where(found.quality == 0, no_quality, found.quality)
    return packed.tobytes()


def unpack(raw: bytes, size: int, frame: Frame) -> Minutiae:
    """Read minutiae of 5 or 6 bytes each and bring them to 500 dpi.

    A quality of 0 or above 100 is none. Vendors let minutiae lie outside the image they state, or
    state none: then the image grows to hold them, since places against each other are what counts
    and stay as they were found. Raises BadTemplate.
    """
    if frame.x_rate not in _RATES or frame.y_rate not in _RATES:
        raise BadTemplate(f"{frame.x_rate} x {frame.y_rate} pixels per cm, supported are 99 to 472")
    table = np.frombuffer(raw, np.uint8).reshape(-1, size)
    place = (table[:, 0:4:2].astype(np.int32) & 0x3F) << 8 | table[:, 1:4:2]
    kind = table[:, 0] >> 6
    if (kind > 2).any():
        raise BadTemplate("a minutia is of a reserved kind")
    reported = table[:, 5] if size == MINUTIA_BYTES else np.zeros(len(table), np.uint8)
    quality = np.where(reported <= 100, reported, 0)
    scale = np.array([PX_PER_CM / frame.x_rate, PX_PER_CM / frame.y_rate])
    sides = np.maximum((frame.width, frame.height), place.max(axis=0, initial=0) + 1)
    width, height = np.maximum(1, np.rint(sides * scale)).astype(int).tolist()
    angle = _turned(table[:, 4].astype(np.float64) * _STEP, scale)
    rows = np.column_stack([place * scale, angle, kind, quality])
    return minutiae(rows, width=width, height=height)


def _turned(angle: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles on pixels made square."""
    if scale[0] == scale[1]:
        return angle
    turned: NDArray[np.float64] = np.arctan2(np.sin(angle) * scale[1], np.cos(angle) * scale[0])
    return turned
