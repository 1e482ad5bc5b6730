"""Machine readable zone of a TD3 document (passport): two lines of 44 characters.

ICAO Doc 9303-3 clause 4.9 (check digits) and Doc 9303-4 clause 4.2.2 (data structure).
"""

import re
from dataclasses import dataclass
from datetime import date

from printer.page.errors import Unprintable
from printer.page.names import name_field
from printer.page.transliteration import FILLER

LINE_LENGTH = 44
_WEIGHTS = (7, 3, 1)
_SEXES = {"M": "M", "F": "F", "X": FILLER}


@dataclass(frozen=True, slots=True)
class Mrz:
    """Upper and lower line, 44 characters each of A-Z, 0-9 and `<`."""

    upper: str
    lower: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MrzData:
    """What the zone holds.

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


def td3(data: MrzData) -> Mrz:
    """The zone of `data`. Raises Unprintable with the name of the field that does not fit."""
    upper = (
        _letters("document_code", data.document_code, 2)
        + _letters("issuing_state", data.issuing_state, 3)
        + name_field(data.primary_identifier, data.secondary_identifier)
    )
    number = _checked(_mixed("document_number", data.document_number, 9, least=1))
    birth = _checked(f"{data.date_of_birth:%y%m%d}")
    expiry = _checked(f"{data.date_of_expiry:%y%m%d}")
    personal = _personal(_mixed("personal_number", data.personal_number, 14))
    nationality = _letters("nationality", data.nationality, 3)
    lower = number + nationality + birth + _sex(data.sex) + expiry + personal
    return Mrz(upper, lower + check_digit(number + birth + expiry + personal))


def check_digit(field: str) -> str:
    """Modulus 10 with weights 7, 3, 1; letters count from A = 10, fillers as 0."""
    values = (0 if c == FILLER else int(c, 36) for c in field)
    return str(sum(v * _WEIGHTS[i % 3] for i, v in enumerate(values)) % 10)


def _checked(field: str) -> str:
    return field + check_digit(field)


def _personal(field: str) -> str:
    # An unused personal number may carry a filler for its check digit: clause 4.2.2.2.
    return field + FILLER if field == FILLER * 14 else _checked(field)


def _sex(sex: str) -> str:
    if sex not in _SEXES:
        raise Unprintable("sex", "none of M, F, X")
    return _SEXES[sex]


def _letters(field: str, value: str, length: int) -> str:
    if not re.fullmatch(f"[A-Z]{{1,{length}}}", value):
        raise Unprintable(field, f"not 1 to {length} letters A-Z")
    return value.ljust(length, FILLER)


def _mixed(field: str, value: str, length: int, least: int = 0) -> str:
    filled = re.sub("[ -]", FILLER, value)
    if not re.fullmatch(f"[A-Z0-9<]{{{least},{length}}}", filled):
        raise Unprintable(field, f"not {least} to {length} of A-Z, 0-9, space, hyphen")
    return filled.ljust(length, FILLER)
