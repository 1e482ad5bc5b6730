"""Outages: a time in which something we depend on did not work, and how it is noticed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.print_room import Stoppage
from issuance.domain.working_time import BadDate, Period


class Scope(StrEnum):
    """What an outage reaches."""

    MATCHER = "matcher"
    """The national matcher: every office."""
    OFFICE = "office"
    """One office as a whole."""
    PRINTING = "printing"
    """Printing at one office."""


class OutageEnded(DomainError):
    """The outage is over."""

    kind = ErrorKind.PRECONDITION
    reason = "OUTAGE_ENDED"


class OutageIsAutomatic(DomainError):
    """The outage was opened by the watcher and ends when the dependency is well."""

    kind = ErrorKind.PRECONDITION
    reason = "OUTAGE_IS_AUTOMATIC"


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage; `office` is empty for the matcher, `declared_by` for what the watcher opened.

    `ended` is None while it lasts; `expected_end` is what is thought until then.
    """

    scope: Scope
    office: str
    cause: str
    began: datetime
    ended: datetime | None = None
    expected_end: datetime | None = None
    declared_by: str = ""

    @property
    def automatic(self) -> bool:
        """Opened by the watcher, not by a person."""
        return not self.declared_by

    @property
    def lasts(self) -> bool:
        """Not ended yet."""
        return self.ended is None

    @property
    def pause(self) -> Period:
        """The time in which the clocks of those who wait for it stand still."""
        return Period(self.began, self.ended)

    def reaches(self, office: str) -> bool:
        """Whether `office` suffers from it."""
        return self.scope is Scope.MATCHER or self.office == office

    def end(self, at: datetime, now: datetime) -> "Outage":
        """The same outage, over. Raises OutageEnded, BadDate."""
        if self.ended:
            raise OutageEnded("the outage is over")
        if not self.began <= at <= now:
            raise BadDate(
                "an outage ends after its beginning and not in the future", field="ended_at"
            )
        return replace(self, ended=at)

    def end_by_person(self, at: datetime, now: datetime) -> "Outage":
        """End a declared one. Raises OutageIsAutomatic, OutageEnded, BadDate."""
        if self.automatic:
            raise OutageIsAutomatic("it ends when the dependency is well")
        return self.end(at, now)

    def stoppage(self, now: datetime) -> Stoppage:
        """What the plan must know: an expectation that has passed is worth nothing."""
        if self.ended:
            return Stoppage(self.began, self.ended)
        if self.expected_end and self.expected_end > now:
            return Stoppage(self.began, self.expected_end, estimated=True)
        return Stoppage(self.began)


def stoppages(outages: Iterable[Outage], office: str, now: datetime) -> tuple[Stoppage, ...]:
    """Everything that stops the print room of `office`, oldest first."""
    ours = sorted((o for o in outages if o.reaches(office)), key=lambda outage: outage.began)
    return tuple(outage.stoppage(now) for outage in ours)
