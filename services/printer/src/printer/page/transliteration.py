"""Transliteration of names for the machine readable zone: A to Z and the filler `<`.

ICAO Doc 9303-3 (8th edition, 2021): clause 4.6 for punctuation, clause 6 table A for letters.
Where the table offers several spellings the first is used (Ä = AE, Å = AA, Ñ = N, Ö = OE,
Ü = UE). Which names come here is written in the contract (passport.type.v1.Printed).
"""

import string
import unicodedata

from printer.page.unprintable import UnprintableField

FILLER = "<"

# All other letters of the table become their base letter, which Unicode's decomposition gives.
_SPELLINGS = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Đ": "D", "Ð": "D", "Ħ": "H", "Ĳ": "IJ", "Ŀ": "L", "Ł": "L",
    "Ŋ": "N", "Ö": "OE", "Ø": "OE", "Œ": "OE", "ẞ": "SS", "Ŧ": "T", "Ü": "UE", "Þ": "TH",
}  # fmt: skip
_SEPARATORS = " -\u2010\u2011\u2012\u2013,"
_OMITTED = "'\u2018\u2019\u02bb\u02bc\u02be\u02bf`."


def transliterate(name: str, field: str) -> list[str]:
    """Return the components of `name` in A to Z, in their order; none of them is empty.

    Hyphens, commas and spaces separate components; apostrophes and dots are omitted.
    Raises UnprintableField, naming `field`, for a character that has no transliteration.
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
    raise UnprintableField(field, f"no transliteration for {character!r} (U+{ord(character):04X})")
