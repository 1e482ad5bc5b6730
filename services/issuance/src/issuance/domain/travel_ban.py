"""The travel-ban list (cekal): whose passport waits for a supervisor, and how old it may be."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind


class TravelBanHeld(DomainError):
    """The application waits for a supervisor, who clears or refuses it; the history says why."""

    kind = ErrorKind.PRECONDITION
    reason = "HELD_FOR_SUPERVISOR"


class NotHeld(DomainError):
    """The application is not held, so that there is nothing to clear."""

    kind = ErrorKind.PRECONDITION
    reason = "NOT_HELD"


# The authority's clock and ours. A list that seems not to be issued yet would stop all approvals.
_CLOCKS_DIFFER = timedelta(minutes=5)


class MatchedBy(StrEnum):
    """By what an entry of the list is the same person. Nothing else counts, however similar."""

    IDENTITY_NUMBER = "identity number"
    PERSONAL_NUMBER = "personal number"
    DOCUMENT_NUMBER = "document number"
    NAME_AND_BIRTH = "name and day of birth"


@dataclass(frozen=True, slots=True)
class BannedPerson:
    """An entry of the list.

    reference: its own there. personal_number: of the machine readable zone. names: folded words of
    each spelling. identity_numbers: in the civil register.
    """

    reference: str
    personal_number: str = ""
    document_numbers: frozenset[str] = frozenset()
    names: frozenset[tuple[str, ...]] = frozenset()
    born_on: date | None = None
    identity_numbers: frozenset[str] = frozenset()

    def traits(self) -> set[tuple[MatchedBy, object]]:
        """Return everything by which somebody may be this person."""
        keys: set[tuple[MatchedBy, object]] = {
            (MatchedBy.DOCUMENT_NUMBER, number) for number in self.document_numbers
        }
        keys |= {(MatchedBy.IDENTITY_NUMBER, number) for number in self.identity_numbers}
        if self.personal_number:
            keys.add((MatchedBy.PERSONAL_NUMBER, self.personal_number))
        if self.born_on:
            keys |= {(MatchedBy.NAME_AND_BIRTH, (name, self.born_on)) for name in self.names}
        return keys


@dataclass(frozen=True, slots=True)
class TravelBanHit:
    """An entry of the list that may be the applicant, and by what."""

    reference: str
    matched_by: MatchedBy


class TravelBanRegister:
    """One issue of the list. issued_at: business time."""

    def __init__(self, issued_at: datetime, persons: Iterable[BannedPerson]) -> None:
        self.issued_at = issued_at
        self._references: dict[tuple[MatchedBy, object], set[str]] = defaultdict(set)
        for person in persons:
            for key in person.traits():
                self._references[key].add(person.reference)

    def hits(self, applicant: BannedPerson) -> tuple[TravelBanHit, ...]:
        """Return the entries that are the applicant, each once, sorted. applicant: as if banned."""
        found: dict[str, MatchedBy] = {}
        for key in sorted(applicant.traits(), key=lambda key: list(MatchedBy).index(key[0])):
            for reference in self._references.get(key, ()):
                found.setdefault(reference, key[0])
        return tuple(TravelBanHit(*hit) for hit in sorted(found.items()))

    def is_current(self, now: datetime, longest_age: timedelta) -> bool:
        """Return whether it was issued, not too long ago, by clocks that may differ a little."""
        return -_CLOCKS_DIFFER <= now - self.issued_at <= longest_age
