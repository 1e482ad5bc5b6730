"""Reading and writing of finger minutiae records (ISO/IEC 19794-2, editions of 2005 and 2011)."""

from enum import IntEnum

from matcher.record import iso19794_2005, iso19794_2011
from matcher.record.invalid_record import InvalidRecord
from matcher.record.iso19794_fields import FingerRecord

__all__ = ["MAX_BYTES", "Edition", "FingerRecord", "read", "write"]

MAX_BYTES = 512 * 1024
"""Size of the largest record that is read; 176 views of 255 minutiae need little more than half."""


class Edition(IntEnum):
    """An edition of ISO/IEC 19794-2."""

    Y2005 = 2005
    Y2011 = 2011


_WRITERS = {Edition.Y2005: iso19794_2005.build, Edition.Y2011: iso19794_2011.build}
_READERS = {
    iso19794_2005.MAGIC: iso19794_2005.parse,
    iso19794_2011.MAGIC: iso19794_2011.parse,
}


def write(*records: FingerRecord, edition: Edition = Edition.Y2011) -> bytes:
    """Return the bytes of a record of these views at 500 dpi; views and minutiae keep their order.

    Positions are stored exactly, angles in steps of 1.41 degrees. Raises InvalidRecord without any
    view, above 16 views of one finger or 255 minutiae of a view, outside the ranges of the edition,
    and in the edition of 2005 if the images of the views differ in size.
    """
    return _WRITERS[edition](records)


def read(data: bytes) -> list[FingerRecord]:
    """Return every view of a record of either edition, converted to 500 dpi.

    data: at most 512 KiB, untrusted. Raises InvalidRecord, and nothing else.
    """
    if len(data) > MAX_BYTES:
        raise InvalidRecord(f"the record is larger than {MAX_BYTES} bytes")
    parse = _READERS.get(data[:8])
    if parse is None:
        raise InvalidRecord("not a finger minutiae record of version 20 (2005) or 030 (2011)")
    return parse(data)
