"""Names, places and codes that a passport cannot show are refused, with what to enter instead."""

import pytest
from passport.type.v1 import civil_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import validate


def a_holder(
    primary: str = "Rahman", secondary: str = "", nationality: str = "IDN", place: str = "Barabai"
) -> civil_pb2.BiographicData:
    return civil_pb2.BiographicData(
        name=civil_pb2.PersonName(primary=primary, secondary=secondary),
        nationality=nationality,
        born_on=civil_pb2.CalendarDate(year=1990, month=2, day=28),
        birth_place=place,
    )


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"primary": "Rah\nman"}, "name.primary", "character 4 (U+000A, a control character"),
        ({"primary": "عمر"}, "name.primary", "character 1 (U+0639, arabic letter ain)"),
        ({"primary": "A/B"}, "name.primary", "character 2 (U+002F, solidus)"),
        ({"primary": "Siti\u00a0Noor"}, "name.primary", "character 5 (U+00A0, no-break space)"),
        ({"primary": "e\u0301e\u0327\u0303"}, "name.primary", "character 3 (U+0303, combining"),
        ({"primary": "   "}, "name.primary", "nothing in it that can be printed"),
        ({"secondary": "-"}, "name.secondary", "nothing in it that can be printed"),
        ({"secondary": "Louis 14"}, "name.secondary", "character 7 (U+0031, digit one)"),
        ({"nationality": "ZZZ"}, "nationality", "there is no such code"),
        ({"nationality": "DEU"}, "nationality", "D for Germany"),
        ({"place": "東京"}, "birth_place", "character 1 (U+6771"),
    ],
)
def test_with_the_character_and_its_place(changes: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validate(a_holder(**changes))

    assert refused.value.field == field
    assert words in refused.value.message


@pytest.mark.parametrize(
    "changes",
    [
        {"primary": "Sukarno", "secondary": ""},
        {"primary": "O'Connor-Ma\u2019ruf", "secondary": "Noor, M."},
        {"primary": "\u02bfUmar", "secondary": "e\u0301"},
        {"primary": "Nguyễn", "secondary": "Łukasz Þór Ağaoğlu"},
        {"nationality": "D"},
        {"nationality": "XXA"},
        {"nationality": "XXB"},
        {"nationality": "XXX"},
        {"place": "Rantau 2 (Kab. Tapin) / Tapin"},
    ],
)
def test_what_it_can_show_is_accepted(changes: dict[str, str]) -> None:
    validate(a_holder(**changes))


def test_a_name_in_another_script_is_stored_beside_its_transliteration() -> None:
    holder = a_holder(primary="Umar")
    holder.name.native.primary = "عمر"

    validate(holder)
