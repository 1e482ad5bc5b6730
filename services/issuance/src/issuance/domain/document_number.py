"""Numbers of passports: which one is given next, and how it is written.

A number is given once, also after the database was restored from an old copy: numbers follow real
time, which no restore sets back. See docs/adr/0029-document-numbers.md.
"""

from datetime import UTC, datetime

SERIES = "X"
"""First character of the numbers that we give; no serial of a blank book begins with it."""
PER_SECOND = 100
"""Ordinals that pass in a second of real time: more than the country ever approves in one."""

_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789ACDEFGHJKLMNPRTUVWXY"  # none of B, I, O, Q, S, Z, which are read as digits
_LENGTH = 8


def first_ordinal_at(real_now: datetime) -> int:
    """Return the lowest ordinal that may be given at an instant of real time."""
    return int((real_now - _BEGAN).total_seconds() * PER_SECOND)


def format_document_number(ordinal: int) -> str:
    """Return the number with this ordinal, such as X0KC12DEF: nine characters A-Z and 0-9."""
    digits = ""
    for _ in range(_LENGTH):
        ordinal, digit = divmod(ordinal, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return SERIES + digits
