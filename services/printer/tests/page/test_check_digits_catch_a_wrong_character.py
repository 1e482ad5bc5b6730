from hypothesis import assume, given
from hypothesis import strategies as st
from printer.page.mrz import check_digit, td3_mrz

from .pages import a_zone

FIELD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", min_size=1, max_size=14)


@given(FIELD, st.data())
def test_exchanging_one_digit_changes_the_check_digit(field: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(field) - 1))
    assume(field[place].isdigit())
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != field[place]]))

    changed = field[:place] + other + field[place + 1 :]

    assert check_digit(changed) != check_digit(field)


def test_an_unused_personal_number_has_a_filler_for_its_check_digit() -> None:
    lower = td3_mrz(a_zone(personal_number="")).lower

    assert lower[28:43] == "<" * 15
    assert lower[43] == check_digit(lower[0:10] + lower[13:20] + lower[21:43])
