import struct

import numpy as np
import pytest
from matcher.record.invalid_record import InvalidRecord
from matcher.record.iso19794 import read

MINUTIA = bytes([0x40, 100, 0x00, 50, 64, 80])  # an ending at (100, 50), a quarter turn


def a_view(
    *, minutiae: bytes = MINUTIA, position: int = 2, kinds: int = 0, extended: bytes = b""
) -> bytes:
    head = struct.pack(">BBBB", position, kinds, 60, len(minutiae) // 6)
    return head + minutiae + struct.pack(">H", len(extended)) + extended


def a_record(
    *views: bytes, size: tuple[int, int] = (300, 400), rates: tuple[int, int] = (197, 197)
) -> bytes:
    body = b"".join(views)
    equipment = 0x8123
    return (
        struct.pack(
            ">8sIHHHHHBB", b"FMR\0 20\0", 24 + len(body), equipment, *size, *rates, len(views), 0
        )
        + body
    )


def test_every_field_is_where_the_standard_has_it() -> None:
    (record,) = read(a_record(a_view(position=7, kinds=0x23)))

    assert (record.position, record.impression) == (7, 3)
    assert (record.minutiae.width, record.minutiae.height) == (300, 400)
    assert record.minutiae.xy.tolist() == [[100, 50]]
    assert record.minutiae.kind.tolist() == [1]
    assert record.minutiae.angle[0] == pytest.approx(np.pi / 2)
    assert record.minutiae.quality.tolist() == [80]


def test_every_view_is_read() -> None:
    views = [a_view(position=1), a_view(kinds=0x00, extended=b"core"), a_view(kinds=0x10)]

    assert [record.position for record in read(a_record(*views))] == [1, 2, 2]


def test_other_resolutions_are_brought_to_500_dpi() -> None:
    (record,) = read(a_record(a_view(), rates=(394, 394)))

    assert record.minutiae.xy.tolist() == [[50, 25]]
    assert (record.minutiae.width, record.minutiae.height) == (150, 200)


@pytest.mark.parametrize(("reported", "kept"), [(0, 0), (1, 1), (100, 100), (101, 0), (255, 0)])
def test_quality_that_is_not_reported_is_none(reported: int, kept: int) -> None:
    (record,) = read(a_record(a_view(minutiae=MINUTIA[:5] + bytes([reported]))))

    assert record.minutiae.quality.tolist() == [kept]


@pytest.mark.parametrize("size", [(0, 0), (80, 40)])
def test_an_image_grows_to_hold_what_lies_outside(size: tuple[int, int]) -> None:
    (record,) = read(a_record(a_view(), size=size))

    assert record.minutiae.xy.tolist() == [[100, 50]]
    assert (record.minutiae.width, record.minutiae.height) == (101, 51)


def test_no_minutiae_is_no_error() -> None:
    (record,) = read(a_record(a_view(minutiae=b""), size=(0, 0)))

    assert len(record.minutiae) == 0


def test_the_american_standard_is_told_apart() -> None:
    ansi = b"FMR\0 20\0" + struct.pack(">HIHHHHHBB", 38, 0, 0, 300, 400, 197, 197, 1, 0) + a_view()

    with pytest.raises(InvalidRecord, match="378"):
        read(ansi)


@pytest.mark.parametrize(
    "broken",
    [
        a_record(),
        a_record(a_view(position=11)),
        a_record(a_view(), rates=(197, 0)),
        a_record(a_view(minutiae=bytes([0xC0, 100, 0, 50, 0, 0]))),  # reserved kind
        a_record(a_view()) + b"\0",
        a_record(a_view())[:-1],
        a_record(a_view()[:-2]),  # without the length of the extended data
    ],
)
def test_broken_records_are_refused(broken: bytes) -> None:
    with pytest.raises(InvalidRecord):
        read(broken)
