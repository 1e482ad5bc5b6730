"""The name field of a TD3 machine readable zone: 39 positions (ICAO Doc 9303-4 clause 4.2.3)."""

from itertools import chain

from printer.page.transliteration import FILLER, transliterate
from printer.page.unprintable import UnprintableField

LENGTH = 39
# Two fillers and the first letter of the secondary identifier must always fit after it.
_PRIMARY_LENGTH = LENGTH - 3


def name_field(primary: str, secondary: str) -> str:
    """Return both identifiers in 39 positions, padded with `<`, or truncated to end in a letter.

    primary, secondary: as in the visual zone; a holder with one name has it as the primary
    identifier and an empty secondary one. A name of 39 positions or fewer is never truncated.
    Only if all components are single letters may a truncated name end in a filler.
    Raises UnprintableField if no letter is left or a character has no transliteration.
    """
    first = transliterate(primary, "primary_identifier")
    second = transliterate(secondary, "secondary_identifier")
    if not first:
        raise UnprintableField(
            "primary_identifier", "no letter is left for the machine readable zone"
        )
    whole = _join(first, second)
    return whole.ljust(LENGTH, FILLER) if len(whole) <= LENGTH else _truncate(first, second)


def _join(first: list[str], second: list[str]) -> str:
    return "<<".join(FILLER.join(part) for part in (first, second) if part)


def _truncate(first: list[str], second: list[str]) -> str:
    if second:
        first = _components(_cut(first, [], _PRIMARY_LENGTH))
    return _cut(first, second, LENGTH).ljust(LENGTH, FILLER)


def _cut(first: list[str], second: list[str], length: int) -> str:
    """Return the name cut to `length` positions, so that a letter is in the last one."""
    cut = _join(first, second)[:length]
    if cut.endswith(FILLER):
        _shorten_longest(first, second, shown=len(_components(cut)))
        cut = _join(first, second)[:length]
    return cut


def _components(field: str) -> list[str]:
    return [component for component in field.split(FILLER) if component]


def _shorten_longest(first: list[str], second: list[str], shown: int) -> None:
    """Remove one letter of the longest of the `shown` components, so that the next initial fits.

    A single letter stays: a component is never removed altogether.
    """
    places = list(chain(((first, i) for i in range(len(first))),
                        ((second, i) for i in range(len(second)))))[:shown]  # fmt: skip
    part, index = max(places, key=lambda place: len(place[0][place[1]]))
    if len(part[index]) > 1:
        part[index] = part[index][:-1]
