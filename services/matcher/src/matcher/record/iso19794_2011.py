"""Records of ISO/IEC 19794-2:2011, version 030.

General header (clause 8.3), then representations, each a header (8.4), minutiae (8.5: five bytes,
six with quality) and an extended data block (8.6).
"""

import struct

from matcher.record.invalid_record import InvalidRecord
from matcher.record.iso19794_fields import (
    MAX_VIEWS,
    MINUTIA_BYTES,
    PX_PER_CM,
    FieldReader,
    FingerRecord,
    ImageFrame,
    check_finger,
    check_writable,
    pack,
    pack_extended_data,
    unpack,
    view_numbers,
)

MAGIC = b"FMR\x00030\x00"

_GENERAL = struct.Struct(">8sIHB")  # magic, length, representations, certified
_CAPTURE = struct.Struct(">I9sBHHB")  # length, date, technology, vendor, device, qualities
_FINGER = struct.Struct(">BBHHBHHBB")  # position ... count, see _representation
_IMPRESSIONS = range(30)
_NO_QUALITY = 254
_UNKNOWN_DATE = b"\xff" * 9


def build(records: tuple[FingerRecord, ...]) -> bytes:
    """Return the bytes of a record of these views. Raises InvalidRecord."""
    numbers = view_numbers(records)
    body = b"".join(map(_packed, records, numbers))
    return _GENERAL.pack(MAGIC, _GENERAL.size + len(body), len(records), 0) + body


def parse(data: bytes) -> list[FingerRecord]:
    """Return every representation of a record. Raises InvalidRecord."""
    source = FieldReader(data)
    _, length, count, certified = source.fields(_GENERAL)
    if length != len(data):
        raise InvalidRecord(f"the record states {length} bytes and has {len(data)}")
    if certified not in (0, 1) or not 1 <= count <= MAX_VIEWS:
        raise InvalidRecord("broken general header")
    records = [_representation(source, bool(certified)) for _ in range(count)]
    source.require_end()
    return records


def _packed(record: FingerRecord, number: int) -> bytes:
    check_writable(record, _IMPRESSIONS)
    minutiae = record.minutiae
    finger = _FINGER.pack(
        record.position, number, PX_PER_CM, PX_PER_CM, record.impression,
        minutiae.width, minutiae.height, MINUTIA_BYTES << 4, len(minutiae),
    )  # fmt: skip
    body = finger + pack(minutiae, _NO_QUALITY) + pack_extended_data(minutiae)
    return _CAPTURE.pack(_CAPTURE.size + len(body), _UNKNOWN_DATE, 0, 0, 0, 0) + body


def _representation(record: FieldReader, certified: bool) -> FingerRecord:
    length = int.from_bytes(head := record.take(4), "big")
    if length < _CAPTURE.size:
        raise InvalidRecord("a representation is too short")
    source = FieldReader(head + record.take(length - 4))
    source.take(5 * source.fields(_CAPTURE)[-1])
    if certified:
        source.take(3 * source.take(1)[0])
    position, _, x_rate, y_rate, impression, width, height, sizes, count = source.fields(_FINGER)
    check_finger(position, impression, _IMPRESSIONS)
    size = sizes >> 4  # the lower half: how the positions of ridge endings are defined
    if size not in (5, MINUTIA_BYTES):
        raise InvalidRecord("broken representation header")
    raw = source.take(size * count)
    extended_data = source.extended_data()
    source.require_end()
    minutiae = unpack(raw, size, ImageFrame(width, height, x_rate, y_rate), extended_data)
    return FingerRecord(position, impression, minutiae)
