"""Records of ISO/IEC 19794-2:2005, version 20, without the compact card formats of clause 8.

Record header (clause 7.3) with size and resolution of the image, one for all views; then views,
each with a header of four bytes (7.4), minutiae (7.5: six bytes, quality always present) and the
extended data (7.6), whose length is always present. ANSI INCITS 378-2004 has the same magic and
version, but a length of two bytes, a longer header, and angles in steps of two degrees.
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

MAGIC = b"FMR\x00 20\x00"

_HEADER = struct.Struct(">8sIHHHHHBx")  # magic, length, equipment, size, rates, views, reserved
_VIEW = struct.Struct(">BBBB")  # position, view number and impression, quality, minutiae
_IMPRESSIONS = range(16)
_NO_QUALITY = 0


def build(records: tuple[FingerRecord, ...]) -> bytes:
    """Return the bytes of a record of these views.

    Capture device and quality of the views are not reported. Raises InvalidRecord, also if the
    images of the views differ in size.
    """
    numbers = view_numbers(records)
    sizes = {(record.minutiae.width, record.minutiae.height) for record in records}
    if len(sizes) > 1:
        raise InvalidRecord("a record of 2005 has one size of image for all its views")
    body = b"".join(map(_packed, records, numbers))
    return _HEADER.pack(
        MAGIC, _HEADER.size + len(body), 0, *sizes.pop(), PX_PER_CM, PX_PER_CM, len(records)
    ) + body  # fmt: skip


def parse(data: bytes) -> list[FingerRecord]:
    """Return every view of a record. Raises InvalidRecord."""
    source = FieldReader(data)
    _, length, _, width, height, x_rate, y_rate, count = source.fields(_HEADER)
    if length != len(data):
        ansi = int.from_bytes(data[8:10], "big") == len(data)
        raise InvalidRecord(
            "a record of ANSI INCITS 378, not of ISO/IEC 19794-2"
            if ansi
            else f"the record states {length} bytes and has {len(data)}"
        )
    if not 1 <= count <= MAX_VIEWS:
        raise InvalidRecord(f"{count} views, a record holds 1 to {MAX_VIEWS}")
    frame = ImageFrame(width, height, x_rate, y_rate)
    records = [_view(source, frame) for _ in range(count)]
    source.require_end()
    return records


def _packed(record: FingerRecord, number: int) -> bytes:
    check_writable(record, _IMPRESSIONS)
    minutiae = record.minutiae
    head = _VIEW.pack(record.position, number << 4 | record.impression, 0, len(minutiae))
    return head + pack(minutiae, _NO_QUALITY) + pack_extended_data(minutiae)


def _view(source: FieldReader, frame: ImageFrame) -> FingerRecord:
    position, kinds, _, count = source.fields(_VIEW)
    impression = kinds & 0xF
    check_finger(position, impression, _IMPRESSIONS)
    raw = source.take(MINUTIA_BYTES * count)
    minutiae = unpack(raw, MINUTIA_BYTES, frame, source.extended_data())
    return FingerRecord(position, impression, minutiae)
