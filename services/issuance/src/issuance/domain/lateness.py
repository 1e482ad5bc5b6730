"""Since when an application is late: it stays longer in its state than is usual there.

The outages that its state waits for do not count: it is the outage that somebody must end then. An
approved application has its turn in the plan, and is late once its promised day has come.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from issuance.domain.case import Case
from issuance.domain.clock_pause import waits_for
from issuance.domain.expected_time import ENDLESS, Interval, latest_beginning, time_is_over
from issuance.domain.office import Office
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import DAY


@dataclass(frozen=True, slots=True)
class LateCases:
    """Which cases of some offices in one state are late.

    since: those that entered it then or earlier; None for the state APPROVED. promised: those that
    were promised for that day or an earlier one; None for all other states.
    """

    state: ApplicationState
    offices: frozenset[str]
    since: datetime | None = None
    promised: date | None = None


def deadline(case: Case, office: Office, outages: Iterable[Outage]) -> datetime | None:
    """Return when the time that cases usually spend in the state of this one is over.

    None if the case has ended, or waits for an outage that lasts.
    """
    pauses = _pauses(case.state, office, outages)
    if case.state is ApplicationState.APPROVED:
        if _lasts(pauses) or case.promised_collection_date is None:
            return None
        return office.collection.start_on(case.promised_collection_date)
    expected = office.expected_times.get(case.state)
    if expected is None:
        return None
    return time_is_over(office.calendar, case.state_since, expected, pauses)


def late_cases(
    offices: Iterable[Office], outages: Iterable[Outage], now: datetime
) -> list[LateCases]:
    """Return which cases are late at `now`. outages: those of the time that matters."""
    beginning = cache(latest_beginning)
    affecting = list(outages)
    since: dict[tuple[ApplicationState, datetime], set[str]] = defaultdict(set)
    promised: dict[date, set[str]] = defaultdict(set)
    for office in offices:
        own = [outage for outage in affecting if outage.affects(office.id)]
        for state, expected in office.expected_times.items():
            pauses = tuple(_pauses(state, office, own))
            since[state, beginning(office.calendar, expected, pauses, now)].add(office.id)
        if not _lasts(_pauses(ApplicationState.APPROVED, office, own)):
            promised[_last_day_begun(office, now)].add(office.id)
    entered = [LateCases(state, frozenset(ids), at) for (state, at), ids in since.items()]
    approved = ApplicationState.APPROVED
    return [
        *entered,
        *(LateCases(approved, frozenset(ids), promised=day) for day, ids in promised.items()),
    ]


def _pauses(
    state: ApplicationState, office: Office, outages: Iterable[Outage]
) -> Sequence[Interval]:
    """Return when an office could do nothing for cases in a state."""
    return [
        (outage.began, outage.ended or ENDLESS)
        for outage in outages
        if waits_for(outage, state, office.id)
        or (outage.scope is OutageScope.OFFICE and outage.affects(office.id))
    ]


def _lasts(pauses: Iterable[Interval]) -> bool:
    return any(end == ENDLESS for _, end in pauses)


def _last_day_begun(office: Office, now: datetime) -> date:
    """Return the last day on which passports are, or were, to be collected by now."""
    today = office.calendar.day_of(now)
    return today if office.collection.start_on(today) <= now else today - DAY
