import nbis  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.record.invalid_record import InvalidRecord
from matcher.record.iso19794 import Edition, FingerRecord, read, write

WIDTH, HEIGHT = 400, 500

editions = st.sampled_from(list(Edition))


@st.composite
def records(draw: st.DrawFn, most: int = 255) -> FingerRecord:
    row = st.tuples(
        st.integers(0, WIDTH - 1),
        st.integers(0, HEIGHT - 1),
        st.floats(0, 7),
        st.integers(0, 2),
        st.integers(0, 100),
    )
    found = minutiae_from_rows(draw(st.lists(row, max_size=most)), width=WIDTH, height=HEIGHT)
    return FingerRecord(draw(st.integers(0, 10)), draw(st.integers(0, 15)), found)


def angle_apart(one: Minutiae, other: Minutiae) -> float:
    apart = np.abs((one.angle - other.angle + np.pi) % (2 * np.pi) - np.pi)
    return float(apart.max(initial=0))


def assert_same(again: FingerRecord, record: FingerRecord) -> None:
    assert (again.position, again.impression) == (record.position, record.impression)
    assert (again.minutiae.width, again.minutiae.height) == (WIDTH, HEIGHT)
    assert np.array_equal(again.minutiae.xy, record.minutiae.xy)
    assert np.array_equal(again.minutiae.kind, record.minutiae.kind)
    assert np.array_equal(again.minutiae.quality, record.minutiae.quality)
    assert angle_apart(again.minutiae, record.minutiae) <= np.pi / 256 + 1e-5


@given(records(), editions)
def test_what_is_written_is_read_again(record: FingerRecord, edition: Edition) -> None:
    (again,) = read(write(record, edition=edition))

    assert_same(again, record)


@given(st.lists(records(most=5), min_size=1, max_size=16), editions)
def test_several_views_keep_their_order(views: list[FingerRecord], edition: Edition) -> None:
    again = read(write(*views, edition=edition))

    assert len(again) == len(views)
    for one, other in zip(again, views, strict=True):
        assert_same(one, other)


@given(st.lists(records(most=5), min_size=1, max_size=4), editions, editions)
def test_any_edition_may_lie_between(
    views: list[FingerRecord], first: Edition, second: Edition
) -> None:
    once = read(write(*views, edition=first))

    assert write(*read(write(*once, edition=second)), edition=first) == write(*views, edition=first)


@pytest.mark.parametrize("edition", Edition)
def test_the_largest_record_there_is(edition: Edition) -> None:
    minutiae = minutiae_from_rows([(5, 5, 0, 1, 50)] * 255, width=WIDTH, height=HEIGHT)
    views = [FingerRecord(position, 0, minutiae) for position in range(11) for _ in range(16)]

    assert len(read(write(*views, edition=edition))) == 176


def test_another_implementation_reads_our_records() -> None:
    rows = [(10, 20, 0.0, 1, 90), (150, 260, np.pi / 2, 2, 40), (399, 499, 4.0, 1, 1)]
    record = write(FingerRecord(2, 0, minutiae_from_rows(rows, width=WIDTH, height=HEIGHT)))
    settings = nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=False, ppi=500.0
    )

    theirs = nbis.new_nbis_extractor(settings).load_iso_19794_2_2011(record).get()

    assert {(m.x(), m.y()) for m in theirs} == {(10, 20), (150, 260), (399, 499)}


def a_view(
    count: int = 1, width: int = WIDTH, position: int = 2, impression: int = 0
) -> FingerRecord:
    found = minutiae_from_rows([(5, 5, 0, 1, 50)] * count, width=width, height=HEIGHT)
    return FingerRecord(position, impression, found)


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize(
    "views",
    [[], [a_view(count=256)], [a_view()] * 17, [a_view(width=2**14)], [a_view(position=11)]],
    ids=["no view", "256 minutiae", "17 views of a finger", "a wide image", "no such finger"],
)
def test_what_has_no_place_is_refused_not_dropped(
    views: list[FingerRecord], edition: Edition
) -> None:
    with pytest.raises(InvalidRecord):
        write(*views, edition=edition)


@pytest.mark.parametrize("views", [[a_view(), a_view(width=300)], [a_view(impression=16)]])
def test_2005_has_no_place_for_some(views: list[FingerRecord]) -> None:
    assert len(read(write(*views, edition=Edition.Y2011))) == len(views)

    with pytest.raises(InvalidRecord):
        write(*views, edition=Edition.Y2005)
