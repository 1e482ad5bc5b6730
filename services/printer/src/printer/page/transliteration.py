"""Names as the machine readable zone spells them: A to Z and the filler `<`.

ICAO Doc 9303-3 (8th edition, 2021), clause 4.6 for punctuation, clause 6 table A for letters.
Where the table leaves a choice, its first spelling is taken (Ä = AE, Å = AA, Ñ = N, Ö = OE,
Ü = UE).
"""

import string
import unicodedata

from printer.page.errors import Unprintable

FILLER = "<"

# Every other letter of the table is its base letter without the mark; Unicode knows those.
_SPELLINGS = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Đ": "D", "Ð": "D", "Ħ": "H", "Ĳ": "IJ", "Ŀ": "L", "Ł": "L",
    "Ŋ": "N", "Ö": "OE", "Ø": "OE", "Œ": "OE", "ẞ": "SS", "Ŧ": "T", "Ü": "UE", "Þ": "TH",
}  # fmt: skip
_SEPARATORS = " -\u2010\u2011\u2012\u2013,"
_OMITTED = "'\u2018\u2019\u02bc`."


def transliterate(name: str, field: str) -> list[str]:
    """The components of `name` in A to Z, in their order; none of them is empty.

    Hyphens, commas and spaces separate; apostrophes and dots vanish.
    Raises Unprintable, naming `field`, for a character that the tables do not know.
    """
    spelled = "".join(_spell(c, field) for c in unicodedata.normalize("NFC", name).upper())
    return [component for component in spelled.split(FILLER) if component]


def _spell(character: str, field: str) -> str:
    if character in string.ascii_uppercase:
        return character
    if character in _SEPARATORS:
        return FILLER
    if character in _OMITTED:
        return ""
    if character in _SPELLINGS:
        return _SPELLINGS[character]
    bare = "".join(
        c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c)
    )
    if len(bare) == 1 and bare in string.ascii_uppercase:
        return bare
    raise Unprintable(field, f"no transliteration for {character!r} (U+{ord(character):04X})")
