import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.domain.errors import BadRange
from printer.domain.serial_range import SerialRange, join, subtract


def test_the_last_serial_that_can_be_written_is_reached() -> None:
    assert list(SerialRange("AB999998", 2)) == ["AB999998", "AB999999"]
    assert list(SerialRange("A00000009", 2)) == ["A00000009", "A00000010"]


@given(st.integers(0, 999_900), st.integers(1, 100))
def test_serials_follow_each_other(first: int, count: int) -> None:
    run = list(SerialRange(f"AB{first:06d}", count))

    assert run == sorted(set(run))
    assert (run[0], run[-1]) == (f"AB{first:06d}", f"AB{first + count - 1:06d}")


@pytest.mark.parametrize(
    ("first", "count"), [("AB999999", 2), ("AB000001", 0), ("ABC00001", 1), ("12345678", 1)]
)
def test_serials_that_cannot_be_written_are_refused(first: str, count: int) -> None:
    with pytest.raises(BadRange):
        SerialRange(first, count)


def test_a_range_knows_its_own_serials() -> None:
    serials = SerialRange("AB000009", 2)

    assert (serials.first, serials.last) == ("AB000009", "AB000010")
    assert ["AB000008" in serials, "AB000010" in serials, "AB0000095" in serials] == [
        False,
        True,
        False,
    ]


def test_ranges_are_joined_within_a_series() -> None:
    joined = join(
        [SerialRange("B000011", 5), SerialRange("B000001", 10), SerialRange("B0000016", 1)]
    )

    assert joined == [SerialRange("B000001", 15), SerialRange("B0000016", 1)]


_RANGES = st.lists(
    st.builds(
        lambda letter, first, count: SerialRange(f"{letter}{first:06d}", count),
        st.sampled_from("AB"), st.integers(0, 30), st.integers(1, 8),
    ),
    max_size=6,
)  # fmt: skip


@given(_RANGES, _RANGES)
def test_what_is_subtracted_is_what_is_in_no_other(
    ranges: list[SerialRange], others: list[SerialRange]
) -> None:
    left = subtract(ranges, others)

    serials = {serial for each in ranges for serial in each}
    taken = {serial for each in others for serial in each}
    assert [serial for each in left for serial in each] == sorted(serials - taken)
    assert left == join(left)
