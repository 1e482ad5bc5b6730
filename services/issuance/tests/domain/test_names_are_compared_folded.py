"""Two spellings of a name count as one, whatever their case, accents, punctuation and order."""

import pytest
from issuance.domain.folded_name import folded_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SITI RAHMAN", ("rahman", "siti")),
        ("Rahman,  Siti", ("rahman", "siti")),
        ("Nuñez-Müller", ("muller", "nunez")),
        ("O'Brien", ("obrien",)),
        ("O\u2019Brien", ("obrien",)),
        ("Groß", ("gross",)),
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
