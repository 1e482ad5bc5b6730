"""When the service clock of a case is paused by an outage, and what the clock shows.

A case is linked to each outage that it has to wait for; the link says from when on. The pause
lasts from there to the end of the outage. The store reads the links as `CaseOutageLink`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuance.domain.outage import Outage, OutageScope
from issuance.domain.states import WITHOUT_BOOK, ApplicationState
from issuance.domain.working_time import Calendar

PAUSED_STATES: Mapping[OutageScope, frozenset[ApplicationState]] = {
    OutageScope.MATCHER: frozenset({ApplicationState.IDENTIFYING, ApplicationState.APPROVED}),
    OutageScope.OFFICE: WITHOUT_BOOK,
    OutageScope.PRINTING: frozenset({ApplicationState.APPROVED, ApplicationState.PRINTING}),
}
"""Cases in these states wait for the end of such an outage, and their clocks are paused.

Without the matcher nothing is released to the printers either.
"""


def pauses_clock(outage: Outage, state: ApplicationState, office: str) -> bool:
    """Return whether the outage pauses the clock of a case in `state` at `office`."""
    return outage.is_ongoing and outage.affects(office) and state in PAUSED_STATES[outage.scope]


@dataclass(frozen=True, slots=True)
class ClockPause:
    """A pause of a service clock from `start` (included) to `end` (excluded); None: ongoing."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseOutageLink:
    """Link of a case to an outage that it waits or waited for.

    outage: its id. expected_end: of the outage, if somebody gave one.
    """

    outage: str
    pause: ClockPause
    expected_end: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """Working time of the office since a case was complete: without pauses, and with them."""

    service_time: timedelta
    elapsed_time: timedelta


def read_service_clock(
    calendar: Calendar, start: datetime, now: datetime, pauses: Iterable[ClockPause] = ()
) -> ServiceClock:
    """Return the service clock at `now`, started at `start`; pauses may overlap or be ongoing."""
    elapsed = calendar.working_time(start, now)
    paused = sum(
        (
            calendar.working_time(max(begin, start), min(end, now))
            for begin, end in _merge(pauses, now)
        ),
        timedelta(),
    )
    return ServiceClock(service_time=elapsed - paused, elapsed_time=elapsed)


def _merge(pauses: Iterable[ClockPause], now: datetime) -> list[tuple[datetime, datetime]]:
    """Return the pauses as disjoint intervals, so that overlapping outages count once."""
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted((pause.start, pause.end or now) for pause in pauses):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
