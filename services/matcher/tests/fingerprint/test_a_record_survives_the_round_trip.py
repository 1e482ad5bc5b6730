import nbis  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher.fingerprint.errors import BadTemplate
from matcher.fingerprint.iso19794 import FingerRecord, read, write
from matcher.fingerprint.minutiae import Minutiae, minutiae

WIDTH, HEIGHT = 400, 500


@st.composite
def records(draw: st.DrawFn) -> FingerRecord:
    row = st.tuples(
        st.integers(0, WIDTH - 1),
        st.integers(0, HEIGHT - 1),
        st.floats(0, 7),
        st.integers(0, 2),
        st.integers(0, 100),
    )
    found = minutiae(draw(st.lists(row, max_size=255)), width=WIDTH, height=HEIGHT)
    return FingerRecord(draw(st.integers(0, 10)), draw(st.integers(0, 29)), found)


def angle_apart(one: Minutiae, other: Minutiae) -> float:
    apart = np.abs((one.angle - other.angle + np.pi) % (2 * np.pi) - np.pi)
    return float(apart.max(initial=0))


@given(records())
def test_what_is_written_is_read_again(record: FingerRecord) -> None:
    (again,) = read(write(record))

    assert (again.position, again.impression) == (record.position, record.impression)
    assert (again.minutiae.width, again.minutiae.height) == (WIDTH, HEIGHT)
    assert np.array_equal(again.minutiae.xy, record.minutiae.xy)
    assert np.array_equal(again.minutiae.kind, record.minutiae.kind)
    assert np.array_equal(again.minutiae.quality, record.minutiae.quality)
    assert angle_apart(again.minutiae, record.minutiae) <= np.pi / 256 + 1e-5


@given(records())
def test_a_second_round_trip_changes_nothing(record: FingerRecord) -> None:
    once = write(read(write(record))[0])

    assert once == write(record)


def test_another_implementation_reads_our_records() -> None:
    rows = [(10, 20, 0.0, 1, 90), (150, 260, np.pi / 2, 2, 40), (399, 499, 4.0, 1, 1)]
    record = write(FingerRecord(2, 0, minutiae(rows, width=WIDTH, height=HEIGHT)))
    settings = nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=False, ppi=500.0
    )

    theirs = nbis.new_nbis_extractor(settings).load_iso_19794_2_2011(record).get()

    assert {(m.x(), m.y()) for m in theirs} == {(10, 20), (150, 260), (399, 499)}


def test_too_many_minutiae_are_refused_not_dropped() -> None:
    crowd = minutiae([(5, 5, 0, 1, 50)] * 256, width=WIDTH, height=HEIGHT)

    with pytest.raises(BadTemplate):
        write(FingerRecord(2, 0, crowd))
