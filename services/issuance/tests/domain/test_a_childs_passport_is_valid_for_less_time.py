"""How long a passport is valid: by the holder's age on the day of issue, and marriage."""

from datetime import date

import pytest
from issuance.domain.validity import ValidityRule

INDONESIA = ValidityRule()
ISSUED = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("born_on", "married", "expires_on"),
    [
        (date(1990, 2, 28), False, date(2036, 11, 26)),
        (date(2015, 6, 1), False, date(2031, 11, 26)),
        (date(2009, 11, 26), False, date(2036, 11, 26)),
        (date(2009, 11, 27), False, date(2031, 11, 26)),
        (date(2009, 11, 27), True, date(2036, 11, 26)),
    ],
)
def test_ten_years_from_seventeen_or_marriage_and_five_before(
    born_on: date, married: bool, expires_on: date
) -> None:
    assert INDONESIA.last_day(born_on, ISSUED, married=married) == expires_on


def test_no_childs_passport_outlives_the_age_that_a_country_sets() -> None:
    until_21 = ValidityRule(child_until_age=21)

    assert until_21.last_day(date(2010, 3, 1), ISSUED, married=False) == date(2031, 3, 1)
    assert until_21.last_day(date(2015, 3, 1), ISSUED, married=False) == date(2031, 11, 26)
    assert until_21.last_day(date(1990, 3, 1), ISSUED, married=False) == date(2036, 11, 26)


def test_who_is_born_on_29_february_comes_of_age_on_1_march() -> None:
    born_on = date(2008, 2, 29)

    assert INDONESIA.is_child(born_on, date(2025, 2, 28), married=False)
    assert not INDONESIA.is_child(born_on, date(2025, 3, 1), married=False)


def test_a_day_that_a_year_has_not_becomes_1_march() -> None:
    assert INDONESIA.last_day(date(1990, 1, 1), date(2024, 2, 29), married=False) == date(
        2034, 3, 1
    )


def test_an_emergency_document_is_valid_for_days_and_no_longer_than_a_passport() -> None:
    until_21 = ValidityRule(child_until_age=21)

    def last(born_on: date, days: int) -> date:
        return until_21.last_day(born_on, ISSUED, married=False, emergency=days)

    assert last(date(1990, 2, 28), 1) == date(2026, 11, 27)
    assert last(date(1990, 2, 28), 730) == date(2028, 11, 25)
    assert last(date(2009, 11, 27), 730) == date(2028, 11, 25)
    assert until_21.last_day(date(2009, 11, 27), ISSUED, married=True, emergency=60) == date(
        2027, 1, 25
    )
