"""References of applications: short, to be said on the telephone, with a check character.

Eight characters of Crockford's base 32, which has no I, L, O and U. The first is a digit, so that
no reference looks like a document number or the serial of a blank book. The last one checks the
others: one wrong character, and two neighbours that changed places, are always noticed (a code over
GF(32), as MacWilliams & Sloane, The Theory of Error-Correcting Codes, ch. 7).
"""

import hashlib

from servicekit.errors import DomainError, ErrorKind

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST = "23456789"
_READ_AS = str.maketrans("ILO", "110", "- ")
_LENGTH = 8


class BadReference(DomainError):
    """No application has such a reference: a character is wrong, or two changed places."""

    kind = ErrorKind.INVALID
    reason = "BAD_REFERENCE"


def derive_reference(application: str, attempt: int = 0) -> str:
    """Return a reference for the id of an application; each attempt another one."""
    digest = hashlib.sha256(f"{application}/{attempt}".encode()).digest()
    first = _FIRST[digest[0] % len(_FIRST)]
    others = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[1 : _LENGTH - 1])
    return first + others + _ALPHABET[_times_alpha(_remainder(first + others))]


def format_reference(reference: str) -> str:
    """Return a reference as people read it: 4K7M-3QX9."""
    return f"{reference[:4]}-{reference[4:]}" if reference else ""


def parse_reference(text: str) -> str:
    """Return the reference that somebody wrote or heard. Raises BadReference."""
    reference = text.upper().translate(_READ_AS)
    known = len(reference) == _LENGTH and set(reference) <= set(_ALPHABET)
    if not known or _remainder(reference) != 0:
        raise BadReference("there is no such reference; look or ask again", field="reference")
    return reference


def _remainder(characters: str) -> int:
    remainder = 0
    for character in characters:
        remainder = _times_alpha(remainder) ^ _ALPHABET.index(character)
    return remainder


def _times_alpha(element: int) -> int:
    """Return the product of an element of GF(32) with the root of x^5 + x^2 + 1."""
    return element << 1 ^ (0b100101 if element & 16 else 0)
