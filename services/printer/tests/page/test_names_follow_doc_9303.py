import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.page.mrz_name_field import LENGTH, name_field
from printer.page.transliteration import transliterate
from printer.page.unprintable import UnprintableField


@pytest.mark.parametrize(
    ("primary", "secondary", "field"),
    [
        ("Eriksson", "Anna Maria", "ERIKSSON<<ANNA<MARIA"),
        ("Smith-Jones", "Susie Margaret", "SMITH<JONES<<SUSIE<MARGARET"),
        ("O'Connor", "Enya Siobhan", "OCONNOR<<ENYA<SIOBHAN"),
        ("Al-Basri", "Huda Muhammad Jawad", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD"),
        ("Arkfreith", "", "ARKFREITH"),
        ("Satriya Sudarpa", "", "SATRIYA<SUDARPA"),
        ("Papandropoulous", "Jonathon Warren Trevor", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
        ("Siti", "Noor, M.", "SITI<<NOOR<M"),
    ],
)
def test_names_that_fit_are_written_whole(primary: str, secondary: str, field: str) -> None:
    assert name_field(primary, secondary) == field.ljust(LENGTH, "<")


@pytest.mark.parametrize(
    ("primary", "secondary", "field"),
    [
        ("Nilavadhanananda", "Chayapa Dejthamrong Krasuang",
         "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        ("Nilavadhanananda", "Arnpol Petch Charonguang",
         "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
        ("Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo",
         "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D"),
    ],
)  # fmt: skip
def test_longer_names_are_truncated(primary: str, secondary: str, field: str) -> None:
    assert name_field(primary, secondary) == field


def test_a_cut_between_two_names_takes_a_letter_of_the_longest_instead() -> None:
    assert name_field("A" * 20, "B" * 16 + " CLARA") == "A" * 19 + "<<" + "B" * 16 + "<C"


def test_a_cut_within_the_surname_takes_a_letter_of_it_instead() -> None:
    assert name_field("A" * 35 + "-B", "C") == "A" * 34 + "<B<<C"


COMPONENT = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=25)
NAME = st.lists(COMPONENT, min_size=1, max_size=6).map(" ".join)


@given(NAME, st.one_of(st.just(""), NAME))
def test_a_field_shows_truncation_by_its_last_letter(primary: str, secondary: str) -> None:
    field = name_field(primary, secondary)

    whole = "<<".join(part.replace(" ", "<") for part in (primary, secondary) if part)
    assert re.fullmatch("[A-Z<]{39}", field)
    if len(whole) <= LENGTH:
        assert field.rstrip("<") == whole
    else:
        assert field[-1] != "<"
        assert ("<<" in field) == bool(secondary)
        assert field.count("<<") <= 1
    if secondary:
        assert field.split("<<")[1][0] == secondary[0]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_a_field_or_names_the_field_at_fault(primary: str, secondary: str) -> None:
    try:
        field = name_field(primary, secondary)
    except UnprintableField as refusal:
        field = {"primary_identifier": "P", "secondary_identifier": "S"}[refusal.field] * LENGTH

    assert re.fullmatch("[A-Z][A-Z<]{38}", field)


@pytest.mark.parametrize(
    ("letters", "spelled"),
    [
        ("ÀÁÂÃĀĂĄ", "A" * 7), ("äæ", "AEAE"), ("Å", "AA"), ("ÇĆĈĊČ", "C" * 5), ("ÐĎĐ", "DDD"),
        ("ÈÉÊËĒĔĖĘĚ", "E" * 9), ("ĜĞĠĢ", "G" * 4), ("ĤĦ", "HH"), ("ÌÍÎÏĨĪĬĮİı", "I" * 10),
        ("Ĳ", "IJ"), ("ĴĶ", "JK"), ("ĹĻĽĿŁ", "L" * 5), ("ÑŃŅŇŊ", "N" * 5), ("ÒÓÔÕŌŎŐ", "O" * 7),
        ("ÖØŒ", "OEOEOE"), ("ŔŖŘ", "RRR"), ("ŚŜŞŠ", "SSSS"), ("ßẞ", "SSSS"), ("ŢŤŦ", "TTT"),
        ("ÙÚÛŨŪŬŮŰŲ", "U" * 9), ("ü", "UE"), ("ŴÝŶŸ", "WYYY"), ("ŹŻŽ", "ZZZ"), ("þ", "TH"),
    ],
)  # fmt: skip
def test_letters_are_spelled_by_the_table_of_doc_9303_3(letters: str, spelled: str) -> None:
    assert transliterate(letters, "name") == [spelled]


@pytest.mark.parametrize("name", ["Иван", "عمر", "Louis 14", "A/B", "李"])
def test_what_the_table_lacks_is_refused(name: str) -> None:
    with pytest.raises(UnprintableField) as refusal:
        transliterate(name, "primary_identifier")

    assert refusal.value.field == "primary_identifier"
