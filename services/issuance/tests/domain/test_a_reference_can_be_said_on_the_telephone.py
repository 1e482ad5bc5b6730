"""A reference survives the telephone: mishearing is noticed, what looks alike is read right."""

from itertools import combinations

import pytest
from issuance.domain.document_number import SERIES
from issuance.domain.reference import (
    BadReference,
    derive_reference,
    format_reference,
    parse_reference,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = derive_reference("application-1")


def test_it_is_read_as_it_is_written() -> None:
    assert REFERENCE == "7JASVWDB"
    assert format_reference(REFERENCE) == "7JAS-VWDB"
    for written in ("7JASVWDB", "7jas-vwdb", " 7jas vwdb "):
        assert parse_reference(written) == REFERENCE


def test_letters_that_look_like_digits_are_digits() -> None:
    with_digits = next(
        reference
        for reference in (derive_reference(str(nth)) for nth in range(10_000))
        if "1" in reference and "0" in reference
    )

    for look_alike in ("I", "L", "i", "l"):
        written = with_digits.replace("1", look_alike).replace("0", "o")
        assert parse_reference(written) == with_digits


def test_every_wrong_character_is_noticed() -> None:
    for place in range(8):
        for character in set(ALPHABET) - {REFERENCE[place]}:
            with pytest.raises(BadReference):
                parse_reference(REFERENCE[:place] + character + REFERENCE[place + 1 :])


def test_two_characters_that_changed_places_are_noticed() -> None:
    for first, second in combinations(range(8), 2):
        if REFERENCE[first] == REFERENCE[second]:
            continue
        changed = list(REFERENCE)
        changed[first], changed[second] = changed[second], changed[first]
        with pytest.raises(BadReference):
            parse_reference("".join(changed))


@pytest.mark.parametrize("text", ["", "7JAS", "7JASVWDB2", "7JASVWDU", "X0KC12DEF", "7JASVWDé"])
def test_something_else_is_none(text: str) -> None:
    with pytest.raises(BadReference):
        parse_reference(text)


def test_it_looks_like_no_document_number_and_no_serial() -> None:
    references = [derive_reference(f"application-{nth}") for nth in range(1000)]

    assert {len(reference) for reference in references} == {8}
    assert {reference[0] for reference in references} == set("23456789")
    assert SERIES not in "23456789"
    assert len(set(references)) == 1000


def test_another_attempt_is_another_reference() -> None:
    assert derive_reference("application-1", 1) != REFERENCE
