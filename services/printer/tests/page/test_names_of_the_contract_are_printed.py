"""What the contract accepts as a name or place makes a page whose zone reads back."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passport.type.v1 import printed_pb2 as printed
from printer.page import typeface
from printer.page.data_page import render
from printer.page.mrz import td3_mrz
from printer.page.transliteration import transliterate
from printer.page.verification import extract_mrz, verify_page
from printer.page.visual_text import visual_text
from servicekit.grpc.text_rules import printed_fault

from .pages import a_page

NAME, PLACE = printed.PRINTED_NAME, printed.PRINTED_PLACE


def _accepted(kind: "printed.Printed.ValueType", with_letter: str) -> list[str]:
    return [c for c in map(chr, range(0x3000)) if printed_fault(kind, with_letter + c) is None]


def _texts(kind: "printed.Printed.ValueType", most: int) -> st.SearchStrategy[str]:
    wide = st.sampled_from(["Œ" * most, "W" * most, "ß" * most, "A " * (most // 2), "Œ" * 35 + " "])
    text = st.text(_accepted(kind, "A"), min_size=1, max_size=most)
    return (text | wide).filter(lambda t: printed_fault(kind, t) is None)


NAMES = _texts(NAME, 200)


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES | st.just(""), _texts(PLACE, 100))
def test_a_name_that_the_contract_accepts_reads_back(
    primary: str, secondary: str, place: str
) -> None:
    data = replace(
        a_page(primary_identifier=primary, secondary_identifier=secondary), place_of_birth=place
    )

    page = render(data)

    verify_page(page, data)
    zone = extract_mrz(page)
    assert zone == td3_mrz(data.mrz)
    assert re.fullmatch("P<UTO[A-Z][A-Z<]{38}", zone.upper)


def test_each_character_that_the_contract_accepts_can_be_printed() -> None:
    names = _accepted(NAME, "A")

    assert len(names) == 598
    for character in names:
        assert transliterate("A" + character, "name")[0].startswith("A")
        typeface.fit_text("name", visual_text("A" + character), 100, 10)
    for character in _accepted(PLACE, "A"):
        typeface.fit_text("place", visual_text("A" + character), 100, 10)


@pytest.mark.parametrize(
    ("name", "shown", "zone"),
    [
        ("Sukarno", "SUKARNO", "SUKARNO"),
        ("\u02bfUmar ibn al-Khaṭṭāb", "\u2018UMAR IBN AL-KHAṬṬĀB", "UMAR<IBN<AL<KHATTAB"),
        ("Nu\u02bbu", "NU\u2018U", "NUU"),
        ("e\u0301", "É", "E"),
        ("Großmann", "GROẞMANN", "GROSSMANN"),
        ("Nguyễn Thị", "NGUYỄN THỊ", "NGUYEN<THI"),
        ("d'Ávila\u2011Íñigo", "D'ÁVILA-ÍÑIGO", "DAVILA<INIGO"),
    ],
)
def test_names_are_shown_and_spelled(name: str, shown: str, zone: str) -> None:
    assert visual_text(name) == shown
    assert td3_mrz(a_page(primary_identifier=name, secondary_identifier="").mrz).upper == (
        f"P<UTO{zone}".ljust(44, "<")
    )


def test_a_name_of_single_letters_is_cut_between_two_of_them() -> None:
    data = a_page(primary_identifier="A " * 30, secondary_identifier="B " * 30)

    assert td3_mrz(data.mrz).upper == "P<UTO" + "A<" * 18 + "<B<"
