"""A hit is the same number, or the same name and day of birth; what is only similar is none."""

from datetime import UTC, date, datetime, timedelta

import pytest
from issuance.domain.folded_name import folded_words
from issuance.domain.travel_ban import BannedPerson, MatchedBy, TravelBanHit, TravelBanRegister

ISSUED = datetime(2018, 10, 25, tzinfo=UTC)
BORN = date(1990, 2, 28)
NIK = "6371016802900001"


def named(*spellings: str) -> frozenset[tuple[str, ...]]:
    return frozenset(folded_words(spelling) for spelling in spellings)


REGISTER = TravelBanRegister(
    ISSUED,
    [
        BannedPerson("B-1", "63710128029", frozenset({"X0000001A", "A1234567"})),
        BannedPerson("B-2", names=named("Nuñez, Siti", "سيتي"), born_on=BORN),
        BannedPerson("B-3", names=named("Siti Nunez")),  # nobody can be found by a name alone
        BannedPerson("B-4", "63710128029"),
        BannedPerson("B-5", identity_numbers=frozenset({NIK})),
    ],
)


@pytest.mark.parametrize(
    ("applicant", "hits"),
    [
        (BannedPerson("a", document_numbers=frozenset({"A1234567"})), {"B-1": "DOCUMENT_NUMBER"}),
        (
            BannedPerson("a", "63710128029", frozenset({"A1234567"})),
            {"B-1": "PERSONAL_NUMBER", "B-4": "PERSONAL_NUMBER"},
        ),
        (BannedPerson("a", names=named("SITI NUNEZ"), born_on=BORN), {"B-2": "NAME_AND_BIRTH"}),
        (BannedPerson("a", names=named("سيتي"), born_on=BORN), {"B-2": "NAME_AND_BIRTH"}),
        (BannedPerson("a", names=named("Siti Nunes"), born_on=BORN), {}),
        (BannedPerson("a", names=named("Siti Aminah Nunez"), born_on=BORN), {}),
        (BannedPerson("a", names=named("Siti Nunez"), born_on=date(1990, 2, 27)), {}),
        (BannedPerson("a", names=named("Siti Nunez")), {}),
        (BannedPerson("a"), {}),
        (
            BannedPerson("a", identity_numbers=frozenset({NIK, "6371016802900002"})),
            {"B-5": "IDENTITY_NUMBER"},
        ),
        (BannedPerson("a", NIK, frozenset({NIK})), {}),
        (BannedPerson("a", identity_numbers=frozenset({"63710128029", "A1234567"})), {}),
    ],
)
def test_who_is_found(applicant: BannedPerson, hits: dict[str, str]) -> None:
    expected = [TravelBanHit(reference, MatchedBy[by]) for reference, by in hits.items()]

    assert list(REGISTER.hits(applicant)) == expected


def test_a_list_is_current_until_it_is_too_old() -> None:
    longest = timedelta(hours=72)

    assert REGISTER.is_current(ISSUED, longest)
    assert REGISTER.is_current(ISSUED + longest, longest)
    assert not REGISTER.is_current(ISSUED + longest + timedelta(seconds=1), longest)


def test_a_list_of_an_authority_whose_clock_is_ahead_is_current() -> None:
    longest = timedelta(hours=72)

    assert REGISTER.is_current(ISSUED - timedelta(minutes=5), longest)
    assert not REGISTER.is_current(ISSUED - timedelta(minutes=5, seconds=1), longest)
