"""Outages: periods in which the matcher, an office or its printing did not work."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.print_room import Stoppage
from issuance.domain.working_time import BadDate


class OutageScope(StrEnum):
    """What does not work in an outage."""

    MATCHER = "matcher"
    """The national matcher; affects every office."""
    OFFICE = "office"
    """One office as a whole."""
    PRINTING = "printing"
    """Printing at one office."""


class OutageNotFound(DomainError):
    """No outage has the given id."""

    kind = ErrorKind.NOT_FOUND
    reason = "OUTAGE_NOT_FOUND"


class OutageEnded(DomainError):
    """The outage is already over."""

    kind = ErrorKind.PRECONDITION
    reason = "OUTAGE_ENDED"


class OutageIsAutomatic(DomainError):
    """The outage was opened by the health watcher and ends when the dependency is healthy."""

    kind = ErrorKind.PRECONDITION
    reason = "OUTAGE_IS_AUTOMATIC"


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage, in business time.

    office: empty for the matcher. ended: None while it is ongoing. expected_end: an estimate, if
    somebody gave one. declared_by: identity of the person who declared it; empty if the health
    watcher opened it.
    """

    scope: OutageScope
    office: str
    cause: str
    began: datetime
    ended: datetime | None = None
    expected_end: datetime | None = None
    declared_by: str = ""

    @property
    def automatic(self) -> bool:
        """Whether the health watcher opened it, not a person."""
        return not self.declared_by

    @property
    def is_ongoing(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None

    @property
    def only_office(self) -> str | None:
        """The only office that it affects; None: it affects all offices."""
        return None if self.scope is OutageScope.MATCHER else self.office

    def affects(self, office: str) -> bool:
        """Return whether it affects `office`."""
        return self.only_office in (None, office)

    def end(self, at: datetime, now: datetime) -> "Outage":
        """Return the outage, ended at `at`. Raises OutageEnded, BadDate."""
        if self.ended:
            raise OutageEnded("the outage is over")
        if not self.began <= at <= now:
            raise BadDate(
                "an outage ends after its beginning and not in the future", field="ended_at"
            )
        return replace(self, ended=at)

    def end_by_person(self, at: datetime, now: datetime) -> "Outage":
        """Return the declared outage, ended by a person.

        Raises OutageIsAutomatic, OutageEnded, BadDate.
        """
        if self.automatic:
            raise OutageIsAutomatic("it ends when the dependency is healthy")
        return self.end(at, now)

    def stoppage(self, now: datetime) -> Stoppage:
        """Return what the plan has to know; an expected end that has passed is ignored."""
        if self.ended:
            return Stoppage(self.began, self.ended)
        if self.expected_end and self.expected_end > now:
            return Stoppage(self.began, self.expected_end, estimated=True)
        return Stoppage(self.began)


def stoppages(outages: Iterable[Outage], office: str, now: datetime) -> tuple[Stoppage, ...]:
    """Return all that stops the print room of `office`, oldest first."""
    affecting = (outage for outage in outages if outage.affects(office))
    return tuple(
        outage.stoppage(now) for outage in sorted(affecting, key=lambda outage: outage.began)
    )
