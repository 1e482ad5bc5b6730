"""Two spellings of a name count as one, whatever their case, accents, punctuation and order."""

import re

import pytest
from issuance.domain.folded_name import folded_words
from passport.type.v1 import printed_pb2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SITI RAHMAN", ("rahman", "siti")),
        ("Rahman,  Siti", ("rahman", "siti")),
        ("Nuñez-Müller", ("muller", "nunez")),
        ("O'Brien", ("obrien",)),
        ("O\u2019Brien", ("obrien",)),
        ("Ma\u02beruf", ("maruf",)),
        ("Nur \u02bfAin", ("ain", "nur")),
        ("Groß", ("gross",)),
        ("Ŋaliema Ŧor", ("naliema", "tor")),
        ("Łukasz Ægir Þór", ("aegir", "lukasz", "thor")),
        ("İbrahim", ("ibrahim",)),
        ("Nguy\u1ec5n", ("nguyen",)),
        ("Nguye\u0302\u0303n", ("nguyen",)),
        ("محمد", ("محمد",)),
        ("山田 太郎", ("太郎", "山田")),
        ("-- ' .", ()),
    ],
)
def test_a_name_is_its_words(name: str, words: tuple[str, ...]) -> None:
    assert folded_words(name) == words


def test_what_a_passport_omits_from_a_name_is_not_compared() -> None:
    """The contract says which signs a name can have; a passport shows none but separators."""
    printed = printed_pb2.Printed.DESCRIPTOR.values_by_name["PRINTED_NAME"]
    accepted = printed.GetOptions().Extensions[printed_pb2.printed_rule].characters
    signs = re.sub(r"\w-\w|[ ,.\u2010\u2011\u2013-]", "", accepted)
    letters = re.sub("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]", "", signs)

    assert {sign: folded_words(f"Ma{sign}ruf") for sign in letters} == dict.fromkeys(
        letters, ("maruf",)
    )
    assert len(letters) == 8
