"""Outages: periods in which the matcher, an office or its printing did not work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.activity import WAITING, Activity
from issuance.domain.collection_plan import HORIZON
from issuance.domain.print_room import Stoppage
from issuance.domain.states import NOT_READY, ApplicationState
from issuance.domain.working_time import BadDate, Calendar

EARLIEST_BEGINNING = timedelta(days=366)
"""How long ago an outage that is recorded now may have begun."""
LONGEST_CAUGHT_UP = timedelta(hours=2)
"""An outage of at most so much working time costs no printing day: the machines catch up.

It changes no date and is notified to nobody, whether it is over or lasts.
"""


class OutageScope(StrEnum):
    """What does not work in an outage."""

    MATCHER = "matcher"
    """The national matcher; affects every office."""
    OFFICE = "office"
    """One office as a whole."""
    PRINTING = "printing"
    """Printing at one office."""
    TRAVEL_BAN_LIST = "travel_ban_list"
    """The travel-ban list is missing or too old; affects every office."""


NATIONAL_SCOPES = frozenset({OutageScope.MATCHER, OutageScope.TRAVEL_BAN_LIST})
"""Outages of these affect every office, and name none."""


NEEDED_FOR: Mapping[OutageScope, frozenset[Activity]] = {
    OutageScope.MATCHER: frozenset({Activity.IDENTIFICATION}),
    OutageScope.OFFICE: frozenset({Activity.PRINTING}),
    OutageScope.PRINTING: frozenset({Activity.PRINTING}),
    OutageScope.TRAVEL_BAN_LIST: frozenset(),
}
"""Activities that cannot go on without what is out, whatever a policy says."""


class OutageNotFound(DomainError):
    """No outage has the given id."""

    kind = ErrorKind.NOT_FOUND
    reason = "OUTAGE_NOT_FOUND"


class OutageEnded(DomainError):
    """The outage is already over."""

    kind = ErrorKind.PRECONDITION
    reason = "OUTAGE_ENDED"


class OutageLasts(DomainError):
    """The outage has not ended, so that no end of it can be corrected; EndOutage ends it."""

    kind = ErrorKind.PRECONDITION
    reason = "OUTAGE_LASTS"


class OutageIsAutomatic(DomainError):
    """The outage was opened by the health watcher and ends when the dependency is healthy, or by an
    administrator's override."""

    kind = ErrorKind.PRECONDITION
    reason = "OUTAGE_IS_AUTOMATIC"


@dataclass(frozen=True, slots=True)
class OutageCorrection:
    """What an administrator says about an outage; None changes nothing.

    ended: of an outage that is over. expected_end, end_unknown: of one that lasts; end_unknown
    withdraws what was expected.
    """

    cause: str | None = None
    began: datetime | None = None
    ended: datetime | None = None
    expected_end: datetime | None = None
    end_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage, in business time.

    office: empty for a national scope. ended: None while it is ongoing. expected_end: an estimate,
    if somebody gave one. declared_by: identity of the person who declared it; empty if the health
    watcher opened it. stopped_by_policy: what the outage policy said that it stops when its cause
    was recorded.
    """

    scope: OutageScope
    office: str
    cause: str
    began: datetime
    ended: datetime | None = None
    expected_end: datetime | None = None
    declared_by: str = ""
    stopped_by_policy: frozenset[Activity] = frozenset()

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
        return None if self.scope in NATIONAL_SCOPES else self.office

    @property
    def stopped(self) -> frozenset[Activity]:
        """What stops while it lasts."""
        return NEEDED_FOR[self.scope] | self.stopped_by_policy

    def stops(self, activity: Activity) -> bool:
        """Return whether an activity stops while it lasts."""
        return activity in self.stopped

    @property
    def paused_states(self) -> frozenset[ApplicationState]:
        """The states in which cases wait for its end.

        Without their office all wait that are complete and have no book.
        """
        if self.scope is OutageScope.OFFICE:
            return NOT_READY
        return frozenset().union(*(WAITING[activity] for activity in self.stopped))

    @property
    def may_cost_printing_days(self) -> bool:
        """Whether it lasts, or lasted longer than what the machines catch up on in any calendar."""
        return self.ended is None or self.ended - self.began > LONGEST_CAUGHT_UP

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

    def end_by_person(self, at: datetime, now: datetime, *, override: bool = False) -> "Outage":
        """Return the outage, ended by a person. override: also if it is automatic.

        Raises OutageIsAutomatic, OutageEnded, BadDate.
        """
        if self.automatic and not override:
            raise OutageIsAutomatic("it ends when the dependency is healthy, or by override")
        return self.end(at, now)

    def corrected(self, correction: OutageCorrection, now: datetime) -> "Outage":
        """Return the outage with what an administrator says about it.

        Raises OutageLasts, OutageEnded, BadDate.
        """
        expects = correction.expected_end is not None or correction.end_unknown
        if expects and not self.is_ongoing:
            raise OutageEnded("no end is expected of an outage that is over")
        if correction.ended is not None and self.is_ongoing:
            raise OutageLasts("it has not ended; end it first")
        changed = replace(
            self,
            cause=self.cause if correction.cause is None else correction.cause,
            began=correction.began or self.began,
            ended=correction.ended or self.ended,
            expected_end=correction.expected_end if expects else self.expected_end,
        )
        changed.require_possible_times(now, but=self)
        return changed

    def require_possible_times(self, now: datetime, but: "Outage | None" = None) -> None:
        """Raise BadDate unless it began within the last year, ended after that and by now, and is
        expected to end later than now. Times as in `but` were possible once.
        """
        same_beginning = but is not None and but.began == self.began
        if not same_beginning and not now - EARLIEST_BEGINNING <= self.began <= now:
            raise BadDate("an outage began at most a year ago, and not later", field="began_at")
        if self.ended and not self.began <= self.ended <= now:
            raise BadDate(
                "an outage ends after its beginning and not in the future", field="ended_at"
            )
        if but is not None and but.expected_end == self.expected_end:
            return
        if self.expected_end and not now < self.expected_end <= now + HORIZON:
            raise BadDate("the expected end lies ahead, within ten years", field="expected_end")

    def overlaps(self, other: "Outage") -> bool:
        """Return whether both are of one scope and office, and a part of them at one time."""
        return (
            (self.scope, self.office) == (other.scope, other.office)
            and (other.ended is None or other.ended > self.began)
            and (self.ended is None or self.ended > other.began)
        )

    def has_unknown_end(self, now: datetime) -> bool:
        """Return whether nobody knows when it ends; an expected end that has passed is ignored."""
        return self.ended is None and (self.expected_end is None or self.expected_end <= now)

    def costs_printing_days(self, calendar: Calendar, now: datetime) -> bool:
        """Return whether it is, or is expected to be, longer than what the machines catch up on."""
        until = now if self.has_unknown_end(now) else self.ended or self.expected_end or now
        return calendar.working_time(self.began, until) > LONGEST_CAUGHT_UP

    def stoppage(self, now: datetime, *, unknown_ends_now: bool = False) -> Stoppage:
        """Return what the plan has to know.

        unknown_ends_now: assume that it ends now if nobody knows when it ends.
        """
        if self.ended:
            return Stoppage(self.began, self.ended)
        if not self.has_unknown_end(now):
            return Stoppage(self.began, self.expected_end, estimated=True)
        return Stoppage(self.began, now if unknown_ends_now else None, estimated=unknown_ends_now)


def stoppages(
    outages: Iterable[Outage], office: str, now: datetime, *, unknown_ends_now: bool = False
) -> tuple[Stoppage, ...]:
    """Return all that stops the print room of `office`, oldest first; as `Outage.stoppage`."""
    affecting = (outage for outage in outages if outage.affects(office))
    return tuple(
        outage.stoppage(now, unknown_ends_now=unknown_ends_now)
        for outage in sorted(affecting, key=lambda outage: outage.began)
    )
