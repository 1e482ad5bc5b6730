import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher.minutiae import minutiae_from_rows
from matcher.record.invalid_record import InvalidRecord
from matcher.record.iso19794 import MAX_BYTES, Edition, FingerRecord, read, write

VIEW = FingerRecord(2, 0, minutiae_from_rows([(9, 9, 1, 1, 50)] * 20, width=300, height=400))
GOOD = {edition: write(VIEW, VIEW, edition=edition) for edition in Edition}

editions = st.sampled_from(list(Edition))
spots = st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)), max_size=6)


def read_if_valid(data: bytes) -> None:
    with contextlib.suppress(InvalidRecord):
        for record in read(data):
            found = record.minutiae
            assert (found.xy >= 0).all()
            assert (found.xy < (found.width, found.height)).all()


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    read_if_valid(data)


@given(st.binary(max_size=400))
def test_any_bytes_behind_a_true_header_of_2011(data: bytes) -> None:
    read_if_valid(b"FMR\x00030\x00" + struct.pack(">IHB", 15 + len(data), 1, 0) + data)


@given(st.binary(max_size=400))
def test_any_bytes_behind_a_true_header_of_2005(data: bytes) -> None:
    fields = struct.pack(">IHHHHHBB", 24 + len(data), 0, 300, 400, 197, 197, 1, 0)
    read_if_valid(b"FMR\x00 20\x00" + fields + data)


@given(editions, spots)
def test_wrong_bytes_here_and_there(edition: Edition, wrong: list[tuple[int, bytes]]) -> None:
    data = bytearray(GOOD[edition])
    for at, junk in wrong:
        data[at % len(data) : at % len(data) + len(junk)] = junk

    read_if_valid(bytes(data))


@given(editions, st.data())
def test_any_truncation_is_noticed(edition: Edition, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(GOOD[edition]) - 1))

    with pytest.raises(InvalidRecord):
        read(GOOD[edition][:length])


@pytest.mark.parametrize("edition", Edition)
def test_a_huge_record_is_refused_unread(edition: Edition) -> None:
    with pytest.raises(InvalidRecord, match="larger"):
        read(GOOD[edition] + bytes(MAX_BYTES))


def test_views_are_counted_before_they_are_read() -> None:
    empty = struct.pack(
        ">I9sBHHBBBHHBHHBBH", 37, bytes(9), *[0] * 4, 2, 0, 197, 197, 0, 9, 9, 96, 0, 0
    )
    many = 10_000
    header = struct.pack(">8sIHB", b"FMR\x00030\x00", 15 + many * len(empty), many, 0)

    with pytest.raises(InvalidRecord, match="header"):
        read(header + many * empty)
