"""Finger minutiae records of ISO/IEC 19794-2:2011 (version 030), read and written.

Record: general header (clause 8.3), then representations, each a header (8.4), minutiae (8.5:
five bytes each, six with quality) and an extended data block (8.6), which is skipped.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.fingerprint.errors import BadTemplate
from matcher.fingerprint.minutiae import MAX_MINUTIAE, Minutiae, minutiae

MAX_BYTES = 256 * 1024

_MAGIC = b"FMR\x00030\x00"
_GENERAL = struct.Struct(">8sIHB")  # magic, length, representations, certified
_CAPTURE = struct.Struct(">I9sBHHB")  # length, date, technology, vendor, device, qualities
_FINGER = struct.Struct(">BBHHBHHBB")  # position ... count, see _representation
_PX_PER_CM = 197  # 500 dpi as the standard rounds it
_RATES = range(99, 473)  # 250 to 1200 dpi
_STEP = 2 * np.pi / 256  # clause 8.5.3: 1.40625 degrees
_POSITIONS = range(11)  # 0 unknown, 1 to 5 right thumb to little, 6 to 10 left
_NO_QUALITY = 254
_UNKNOWN_DATE = b"\xff" * 9


@dataclass(frozen=True, slots=True)
class FingerRecord:
    """One representation: which finger (0 to 10), ISO impression type (0 to 29), its minutiae."""

    position: int
    impression: int
    minutiae: Minutiae


def write(record: FingerRecord) -> bytes:
    """Write a record of one representation, 500 dpi, order of minutiae kept.

    Positions are kept exactly, angles to 1.41 degrees. Raises BadTemplate above 255 minutiae or
    outside the ranges of the standard.
    """
    found = record.minutiae
    if len(found) > MAX_MINUTIAE:
        raise BadTemplate(f"{len(found)} minutiae, a representation holds {MAX_MINUTIAE}")
    if record.position not in _POSITIONS or not 0 <= record.impression <= 29:
        raise BadTemplate("finger position or impression type out of range")
    if not (0 < found.width < 2**14 and 0 < found.height < 2**14):
        raise BadTemplate(f"image of {found.width} x {found.height} pixels")
    finger = _FINGER.pack(
        record.position, 0, _PX_PER_CM, _PX_PER_CM, record.impression,
        found.width, found.height, 6 << 4, len(found),
    )  # fmt: skip
    body = finger + _pack(found).tobytes() + b"\0\0"
    capture = _CAPTURE.pack(_CAPTURE.size + len(body), _UNKNOWN_DATE, 0, 0, 0, 0)
    return _GENERAL.pack(_MAGIC, _GENERAL.size + _CAPTURE.size + len(body), 1, 0) + capture + body


def read(data: bytes) -> list[FingerRecord]:
    """Read every representation of a record, brought to 500 dpi.

    data: at most 256 KiB, from anybody. Raises BadTemplate, and nothing else.
    """
    if len(data) > MAX_BYTES:
        raise BadTemplate(f"the record is larger than {MAX_BYTES} bytes")
    source = _Reader(data)
    magic, length, count, certified = source.fields(_GENERAL)
    if magic != _MAGIC:
        raise BadTemplate("not a finger minutiae record of version 030 (2011)")
    if length != len(data):
        raise BadTemplate(f"the record says {length} bytes and has {len(data)}")
    if certified not in (0, 1) or count == 0:
        raise BadTemplate("broken general header")
    records = [_representation(source, bool(certified)) for _ in range(count)]
    source.must_end()
    return records


class _Reader:
    """Bytes with a position; running out of them is a BadTemplate."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise BadTemplate("the record ends too early")
        taken, self._at = self._data[self._at : end], end
        return taken

    def fields(self, layout: struct.Struct) -> tuple[Any, ...]:
        return layout.unpack(self.take(layout.size))

    def must_end(self) -> None:
        if self._at != len(self._data):
            raise BadTemplate("lengths in the record do not agree")


def _representation(record: _Reader, certified: bool) -> FingerRecord:
    (length,) = struct.unpack(">I", record.take(4))
    if length < _CAPTURE.size:
        raise BadTemplate("a representation is too short")
    source = _Reader(struct.pack(">I", length) + record.take(length - 4))
    source.take(5 * source.fields(_CAPTURE)[-1])
    if certified:
        source.take(3 * source.take(1)[0])
    position, _, x_rate, y_rate, impression, width, height, sizes, count = source.fields(_FINGER)
    if position not in _POSITIONS or impression > 29:
        raise BadTemplate("finger position or impression type out of range")
    if x_rate not in _RATES or y_rate not in _RATES:
        raise BadTemplate(f"{x_rate} x {y_rate} pixels per cm, supported are 99 to 472")
    size = sizes >> 4
    if size not in (5, 6) or not (0 < width < 2**14 and 0 < height < 2**14):
        raise BadTemplate("broken representation header")
    raw = np.frombuffer(source.take(size * count), np.uint8).reshape(count, size)
    source.take(struct.unpack(">H", source.take(2))[0])
    source.must_end()
    scale = (_PX_PER_CM / x_rate, _PX_PER_CM / y_rate)
    return FingerRecord(position, impression, _unpack(raw, width, height, scale))


def _pack(found: Minutiae) -> NDArray[np.uint8]:
    x = found.xy[:, 0].astype(">u2") | (found.kind.astype(">u2") << 14)
    y = found.xy[:, 1].astype(">u2")
    packed = np.empty((len(found), 6), np.uint8)
    packed[:, 0:2] = x.astype(">u2").view(np.uint8).reshape(-1, 2)
    packed[:, 2:4] = y.view(np.uint8).reshape(-1, 2)
    packed[:, 4] = np.rint(found.angle / _STEP).astype(np.int64) % 256
    packed[:, 5] = np.where(found.quality == 0, _NO_QUALITY, found.quality)
    return packed


def _unpack(
    raw: NDArray[np.uint8], width: int, height: int, scale: tuple[float, float]
) -> Minutiae:
    words = raw[:, :4].astype(np.int32)
    x = (words[:, 0] & 0x3F) << 8 | words[:, 1]
    y = (words[:, 2] & 0x3F) << 8 | words[:, 3]
    if (x >= width).any() or (y >= height).any():
        raise BadTemplate("a minutia lies outside the image")
    kind = words[:, 0] >> 6
    if (kind > 2).any():
        raise BadTemplate("a minutia is of a reserved kind")
    turn = raw[:, 4] * _STEP
    if scale[0] != scale[1]:
        turn = np.arctan2(np.sin(turn) * scale[1], np.cos(turn) * scale[0])
    reported = raw[:, 5] if raw.shape[1] == 6 else np.zeros(len(raw), np.uint8)
    quality = np.where(reported <= 100, reported, 0)
    rows = np.stack([x * scale[0], y * scale[1], turn, kind, quality], axis=1)
    return minutiae(rows, width=round(width * scale[0]), height=round(height * scale[1]))
