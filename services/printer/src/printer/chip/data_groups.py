"""EF.COM and the data groups 1 and 2 of a passport (ICAO Doc 9303-10 clauses 4.6 and 4.7)."""

from printer.chip import face_record
from printer.chip.data_objects import MalformedChipData, decode, decode_one, encode
from printer.chip.face_record import FaceRecord

LDS_VERSION, UNICODE_VERSION = "0108", "040000"
DG1_TAG, DG2_TAG = 0x61, 0x75
_MRZ_LENGTH = 88
# ISO/IEC 19785-3: format owner ISO/IEC JTC 1/SC 37, format type facial image record.
_FORMAT_OWNER, _FORMAT_TYPE = b"\x01\x01", b"\x00\x08"
_FACIAL_FEATURES = b"\x02"


def common_data(tags: bytes = bytes([DG1_TAG, DG2_TAG])) -> bytes:
    """Return EF.COM: versions of LDS and Unicode, and the tags of the data groups present."""
    versions = encode(0x5F01, LDS_VERSION.encode()) + encode(0x5F36, UNICODE_VERSION.encode())
    return encode(0x60, versions + encode(0x5C, tags))


def read_common_data(com: bytes) -> bytes:
    """Return the tags of the data groups that EF.COM lists; raise MalformedChipData."""
    match decode(decode_one(com, 0x60)):
        case [(0x5F01, _), (0x5F36, _), (0x5C, tags)]:
            return tags
    raise MalformedChipData("EF.COM has other data objects than two versions and a list of tags")


def machine_readable_zone(mrz: str) -> bytes:
    """Return data group 1. mrz: both lines, 88 characters."""
    if len(mrz) != _MRZ_LENGTH or not mrz.isascii():
        raise MalformedChipData(f"a machine readable zone has {_MRZ_LENGTH} ASCII characters")
    return encode(DG1_TAG, encode(0x5F1F, mrz.encode("ascii")))


def read_machine_readable_zone(dg1: bytes) -> str:
    """Return both lines of the zone in data group 1, 88 characters; raise MalformedChipData."""
    zone = decode_one(decode_one(dg1, DG1_TAG), 0x5F1F)
    if len(zone) != _MRZ_LENGTH or not zone.isascii():
        raise MalformedChipData(f"a machine readable zone has {_MRZ_LENGTH} ASCII characters")
    return zone.decode("ascii")


def face(portrait: bytes, sex: str) -> bytes:
    """Return data group 2: the portrait as one biometric information template (ISO/IEC 7816-11).

    portrait: JPEG or JPEG 2000. sex: M, F or X. Raises MalformedChipData for another image.
    """
    header = (
        encode(0x81, _FACIAL_FEATURES) + encode(0x87, _FORMAT_OWNER) + encode(0x88, _FORMAT_TYPE)
    )
    template = encode(0xA1, header) + encode(0x5F2E, face_record.encode(portrait, sex))
    group = encode(0x02, b"\x01") + encode(0x7F60, template)
    return encode(DG2_TAG, encode(0x7F61, group))


def read_face(dg2: bytes) -> FaceRecord:
    """Return the portrait in data group 2; raise MalformedChipData."""
    match decode(decode_one(decode_one(dg2, DG2_TAG), 0x7F61)):
        case [(0x02, b"\x01"), (0x7F60, template)]:
            match decode(template):
                case [(0xA1, _), (0x5F2E, record)]:
                    return face_record.decode(record)
    raise MalformedChipData("data group 2 is not one template with one facial record")
