"""Finger minutiae records of ISO/IEC 19794-2, editions of 2005 and 2011, read and written."""

from enum import IntEnum

from matcher.record import iso19794_2005, iso19794_2011
from matcher.record.errors import BadTemplate
from matcher.record.iso19794_fields import FingerRecord

__all__ = ["MAX_BYTES", "Edition", "FingerRecord", "read", "write"]

MAX_BYTES = 512 * 1024
"""More than 176 views of 255 minutiae; what a record may hold beside them is seldom large."""


class Edition(IntEnum):
    """An edition of the standard."""

    Y2005 = 2005
    Y2011 = 2011


_WRITERS = {Edition.Y2005: iso19794_2005.build, Edition.Y2011: iso19794_2011.build}
_READERS = {
    iso19794_2005.MAGIC: iso19794_2005.parse,
    iso19794_2011.MAGIC: iso19794_2011.parse,
}


def write(*records: FingerRecord, edition: Edition = Edition.Y2011) -> bytes:
    """Write a record of these views, 500 dpi, order of views and minutiae kept.

    Positions are kept exactly, angles to 1.41 degrees. Raises BadTemplate without any view, above
    16 of one finger or 255 minutiae of one view, outside the ranges of the edition, and in 2005 if
    the views' images differ in size.
    """
    return _WRITERS[edition](records)


def read(data: bytes) -> list[FingerRecord]:
    """Read every view of a record of either edition, brought to 500 dpi.

    data: at most 512 KiB, from anybody. Raises BadTemplate, and nothing else.
    """
    if len(data) > MAX_BYTES:
        raise BadTemplate(f"the record is larger than {MAX_BYTES} bytes")
    parse = _READERS.get(data[:8])
    if parse is None:
        raise BadTemplate("not a finger minutiae record of version 20 (2005) or 030 (2011)")
    return parse(data)
