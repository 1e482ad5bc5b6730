"""When the service clock of a case is paused by an outage, and what the clock shows.

Nothing of it is stored: a pause is a time in which the case was in a state that waits for
something, cut with the time in which that was out. So an outage that is declared late, or
corrected, changes every clock at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from issuance.domain.outage import Outage
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import Calendar

_ENDLESS = datetime.max.replace(tzinfo=UTC)


def waits_for(outage: Outage, state: ApplicationState, office: str) -> bool:
    """Return whether a case in `state` at `office` waits for the end of an outage."""
    return outage.affects(office) and state in outage.paused_states


@dataclass(frozen=True, slots=True)
class StateInterval:
    """A case was in `state` from `start` (included) to `end` (excluded); None: it still is."""

    state: ApplicationState
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockPause:
    """A pause of a service clock from `start` (included) to `end` (excluded); None: ongoing."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """Working time of the office since a case was complete: without pauses, and with them."""

    service_time: timedelta
    elapsed_time: timedelta


def clock_pauses(
    office: str, intervals: Iterable[StateInterval], outages: Iterable[Outage]
) -> list[ClockPause]:
    """Return the pauses of a case at `office`; they may overlap, one for each outage and state.

    intervals: the states that the case was in, from its history. outages: all that may matter.
    """
    known = list(outages)
    return [
        ClockPause(start, None if end == _ENDLESS else end)
        for interval in intervals
        for outage in known
        if waits_for(outage, interval.state, office)
        for start in [max(interval.start, outage.began)]
        for end in [min(interval.end or _ENDLESS, outage.ended or _ENDLESS)]
        if start < end
    ]


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
