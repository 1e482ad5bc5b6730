import struct

import numpy as np
import pytest
from matcher.record.invalid_record import InvalidRecord
from matcher.record.iso19794 import read

MINUTIA = bytes([0x40, 100, 0x00, 50, 64])  # an ending at (100, 50), a quarter turn


def a_representation(
    *,
    minutiae: bytes = MINUTIA,
    size: int = 5,
    rates: tuple[int, int] = (197, 197),
    position: int = 2,
    qualities: int = 0,
    certificates: int | None = None,
    extended: bytes = b"",
) -> bytes:
    body = b"\xff" * 9 + struct.pack(">BHHB", 0, 0, 0, qualities) + b"\x50\0\0\0\0" * qualities
    if certificates is not None:
        body += bytes([certificates]) + b"\0\0\0" * certificates
    body += struct.pack(
        ">BBHHBHHBB", position, 0, *rates, 0, 300, 400, size << 4, len(minutiae) // size
    )
    body += minutiae + struct.pack(">H", len(extended)) + extended
    return struct.pack(">I", 4 + len(body)) + body


def a_record(*representations: bytes, certified: int = 0) -> bytes:
    body = b"".join(representations)
    header = struct.pack(">IHB", 15 + len(body), len(representations), certified)
    return b"FMR\x00030\x00" + header + body


def test_every_representation_is_read() -> None:
    thumb, index = read(a_record(a_representation(position=1), a_representation(position=2)))

    assert (thumb.position, index.position) == (1, 2)


def test_blocks_we_do_not_use_are_skipped() -> None:
    odd = a_representation(qualities=2, certificates=3, extended=b"vendor's own")

    (record,) = read(a_record(odd, certified=1))

    assert record.minutiae.xy.tolist() == [[100, 50]]
    assert record.minutiae.quality.tolist() == [0]
    assert record.minutiae.angle[0] == pytest.approx(np.pi / 2)


def test_other_resolutions_are_brought_to_500_dpi() -> None:
    (record,) = read(a_record(a_representation(rates=(394, 394))))

    assert record.minutiae.xy.tolist() == [[50, 25]]
    assert (record.minutiae.width, record.minutiae.height) == (150, 200)


def test_angles_follow_pixels_that_are_not_square() -> None:
    eighth_turn = bytes([0x40, 100, 0x00, 50, 32])

    (record,) = read(a_record(a_representation(minutiae=eighth_turn, rates=(394, 197))))

    assert record.minutiae.angle[0] == pytest.approx(np.arctan2(2, 1))


@pytest.mark.parametrize("reported", [0, 254, 255])
def test_quality_that_is_not_reported_is_none(reported: int) -> None:
    (record,) = read(a_record(a_representation(minutiae=MINUTIA + bytes([reported]), size=6)))

    assert record.minutiae.quality.tolist() == [0]


def test_an_image_grows_to_hold_what_lies_outside() -> None:
    far = bytes([0x41, 100, 0x00, 50, 0])  # x = 356 of 300

    (record,) = read(a_record(a_representation(minutiae=far)))

    assert record.minutiae.xy.tolist() == [[356, 50]]
    assert (record.minutiae.width, record.minutiae.height) == (357, 400)


@pytest.mark.parametrize(
    "broken",
    [
        a_record(),
        a_record(a_representation(position=11)),
        a_record(a_representation(rates=(0, 197))),
        a_record(a_representation(minutiae=bytes([0xC0, 100, 0, 50, 0]))),  # reserved kind
        a_record(a_representation()) + b"\0",
        a_record(a_representation())[:-1],
        a_record(a_representation()).replace(b"030", b"040"),
        a_record(a_representation(), certified=2),
    ],
)
def test_broken_records_are_refused(broken: bytes) -> None:
    with pytest.raises(InvalidRecord):
        read(broken)
