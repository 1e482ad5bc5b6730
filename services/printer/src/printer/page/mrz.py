"""The machine readable zone of a TD3 document (passport): two lines of 44 characters.

Data structure after ICAO Doc 9303-4 clause 4.2.2, check digits after Doc 9303-3 clause 4.9.
"""

import re
from dataclasses import dataclass
from datetime import date

from printer.page.mrz_name_field import name_field
from printer.page.transliteration import FILLER
from printer.page.unprintable import UnprintableField

LINE_LENGTH = 44
_WEIGHTS = (7, 3, 1)
_SEXES = {"M": "M", "F": "F", "X": FILLER}


@dataclass(frozen=True, slots=True)
class Mrz:
    """The two lines of a zone; each has 44 characters of A-Z, 0-9 and `<`."""

    upper: str
    lower: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MrzData:
    """The data in a zone.

    `document_code` is one or two letters beginning with P; `issuing_state` and `nationality` are
    one to three letters (ICAO codes); `document_number` up to 9 and `personal_number` up to 14 of
    A-Z, 0-9, spaces and hyphens (those two become fillers); `sex` is M, F or X (unspecified).
    """

    document_code: str
    issuing_state: str
    primary_identifier: str
    secondary_identifier: str
    document_number: str
    nationality: str
    date_of_birth: date
    sex: str
    date_of_expiry: date
    personal_number: str = ""


def td3_mrz(data: MrzData) -> Mrz:
    """Return the zone of `data`; raise UnprintableField for a value that cannot be in it."""
    upper = (
        _letters("document_code", data.document_code, 2)
        + _letters("issuing_state", data.issuing_state, 3)
        + name_field(data.primary_identifier, data.secondary_identifier)
    )
    number = _with_check_digit(_alphanumeric("document_number", data.document_number, 9, least=1))
    birth = _with_check_digit(f"{data.date_of_birth:%y%m%d}")
    expiry = _with_check_digit(f"{data.date_of_expiry:%y%m%d}")
    personal = _personal_number(_alphanumeric("personal_number", data.personal_number, 14))
    nationality = _letters("nationality", data.nationality, 3)
    lower = number + nationality + birth + _sex(data.sex) + expiry + personal
    return Mrz(upper, lower + check_digit(number + birth + expiry + personal))


def check_digit(field: str) -> str:
    """Return the check digit of a field (Doc 9303-3 clause 4.9).

    The sum of the characters' values times the weights 7, 3, 1, repeated, modulo 10. Digits have
    their own value, letters 10 to 35, fillers 0.
    """
    values = (0 if c == FILLER else int(c, 36) for c in field)
    return str(sum(v * _WEIGHTS[i % 3] for i, v in enumerate(values)) % 10)


def _with_check_digit(field: str) -> str:
    return field + check_digit(field)


def _personal_number(field: str) -> str:
    # Doc 9303-4 clause 4.2.2.2: an unused personal number may have a filler as its check digit.
    return field + FILLER if field == FILLER * 14 else _with_check_digit(field)


def _sex(sex: str) -> str:
    if sex not in _SEXES:
        raise UnprintableField("sex", "none of M, F, X")
    return _SEXES[sex]


def _letters(field: str, value: str, length: int) -> str:
    if not re.fullmatch(f"[A-Z]{{1,{length}}}", value):
        raise UnprintableField(field, f"not 1 to {length} letters A-Z")
    return value.ljust(length, FILLER)


def _alphanumeric(field: str, value: str, length: int, least: int = 0) -> str:
    filled = re.sub("[ -]", FILLER, value)
    if not re.fullmatch(f"[A-Z0-9<]{{{least},{length}}}", filled):
        raise UnprintableField(field, f"not {least} to {length} of A-Z, 0-9, space, hyphen")
    return filled.ljust(length, FILLER)
