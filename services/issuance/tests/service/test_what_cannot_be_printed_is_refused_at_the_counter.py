"""A name, date or nationality that no passport can show is refused before anything is stored."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import civil_pb2

from .callers import Refused
from .contract_values import a_holder, calendar_date
from .country import OFFICE, Country

NAMES = [
    ("Rah\nman", "character 4 (U+000A"),
    ("Rah\x07man", "character 4 (U+0007"),
    ("عمر", "character 1 (U+0639"),
    ("李小龍", "character 1 (U+674E"),
    ("Siti 😀", "character 6 (U+1F600"),
    ("   ", "nothing in it that can be printed"),
    ("'-'", "nothing in it that can be printed"),
    ("A/B", "character 2 (U+002F"),
    ("Siti (Noor)", "character 6 (U+0028"),
    ("Siti\u00a0Noor", "character 5 (U+00A0"),
    ("Иван", "character 1 (U+0418"),
    ("Louis 14", "character 7 (U+0031"),
    ("q\u0303", "character 2 (U+0303"),
    ("Siti\u200b", "character 5 (U+200B"),
]


async def _refusal(country: Country, holder: civil_pb2.BiographicData) -> Refused:
    request = apps.CreateApplicationRequest(
        office=OFFICE, type=apps.APPLICATION_TYPE_NEW, holder=holder
    )
    with pytest.raises(Refused) as refused:
        await country.officer("CreateApplication", request)
    return refused.value


async def test_names_with_the_character_and_what_to_enter_instead(country: Country) -> None:
    for name, words in NAMES:
        for part in ("primary", "secondary"):
            holder = a_holder()
            setattr(holder.name, part, name)

            refused = await _refusal(country, holder)

            assert refused.code == "INVALID_ARGUMENT"
            assert (refused.reason, refused.field) == ("INVALID_REQUEST", f"holder.name.{part}")
            assert words in str(refused)
            assert "enter the name in Latin letters" in str(refused)
    assert not (await country.status()).applications


async def test_births_that_cannot_be_and_unknown_states(country: Country) -> None:
    impossible = {
        "2018-10-27": "is in the future",
        "1868-10-26": "more than 130 years ago",
    }
    for day, words in impossible.items():
        refused = await _refusal(country, a_holder(born_on=calendar_date(day)))
        assert (refused.reason, refused.field) == ("BAD_DATE", "holder.born_on")
        assert words in str(refused)
    for code in ("ZZZ", "DEU", "XX", "Idn", ""):
        holder = a_holder()
        holder.nationality = code
        refused = await _refusal(country, holder)
        assert (refused.reason, refused.field) == ("INVALID_REQUEST", "holder.nationality")
    unknown_sex = a_holder()
    unknown_sex.sex = 7  # type: ignore[assignment]
    assert (await _refusal(country, unknown_sex)).field == "holder.sex"
    assert not (await country.status()).applications


async def test_names_that_can_be_printed_are_taken_in_composed(country: Country) -> None:
    holder = a_holder(born_on=calendar_date("2018-10-26"))
    holder.name.primary, holder.name.secondary = "Rene\u0301", ""
    holder.name.native.primary = "رينيه"
    for nationality in ("IDN", "D", "XXA", "XXB", "XXX"):
        holder.nationality = nationality

        taken_in = await country.takes_in(holder=holder)

        assert taken_in.holder.name.primary == "Ren\u00e9"
        assert taken_in.holder.name.native.primary == "رينيه"
        assert taken_in.holder.nationality == nationality
