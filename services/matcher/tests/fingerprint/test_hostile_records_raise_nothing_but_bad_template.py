import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher.fingerprint.errors import BadTemplate
from matcher.fingerprint.iso19794 import MAX_BYTES, FingerRecord, read, write
from matcher.fingerprint.minutiae import minutiae

GOOD = write(FingerRecord(2, 0, minutiae([(9, 9, 1, 1, 50)] * 20, width=300, height=400)))


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(BadTemplate):
        read(data)


@given(st.binary(max_size=400))
def test_any_bytes_behind_a_true_header(data: bytes) -> None:
    header = b"FMR\x00030\x00" + struct.pack(">IHB", 15 + len(data), 1, 0)

    with contextlib.suppress(BadTemplate):
        read(header + data)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_one_wrong_byte(where: int, value: int) -> None:
    with contextlib.suppress(BadTemplate):
        for record in read(GOOD[:where] + bytes([value]) + GOOD[where + 1 :]):
            found = record.minutiae
            assert (found.xy >= 0).all()
            assert (found.xy < (found.width, found.height)).all()


@given(st.integers(0, len(GOOD) - 1))
def test_any_truncation_is_noticed(length: int) -> None:
    with pytest.raises(BadTemplate):
        read(GOOD[:length])


def test_a_huge_record_is_refused_unread() -> None:
    with pytest.raises(BadTemplate, match="larger"):
        read(GOOD + bytes(MAX_BYTES))
