"""What an application shows beyond its record: what it waits for, until when, and its clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuance.domain.case import Case
from issuance.domain.clock_pause import CaseOutageLink, ClockPause, ServiceClock, read_service_clock
from issuance.domain.office import Office
from issuance.domain.states import FINAL_STATES, WITHOUT_BOOK
from issuance.domain.waiting_on import WAITING_ON, WaitingOn
from issuance.store.records import Records

_NOT_STARTED = ServiceClock(timedelta(), timedelta())


@dataclass(frozen=True, slots=True)
class ApplicationDetails:
    """A case at one moment.

    waiting_on: None in a final state. outage: id of the outage that it waits for, or "".
    expected_until: when the wait is expected to end; None if unknown.
    """

    case: Case
    waiting_on: WaitingOn | None
    outage: str
    expected_until: datetime | None
    clock: ServiceClock


async def application_details(
    records: Records, offices: Mapping[str, Office], cases: Sequence[Case], now: datetime
) -> list[ApplicationDetails]:
    """Return the details of the cases at `now`, in the same order."""
    links = await records.outages.links([case.id for case in cases if case.completed_at])
    return [_details(case, offices[case.office], links.get(case.id, ()), now) for case in cases]


def _details(
    case: Case, office: Office, links: Sequence[CaseOutageLink], now: datetime
) -> ApplicationDetails:
    ongoing = next((link for link in links if link.pause.end is None), None)
    waited_for = ongoing if case.state in WITHOUT_BOOK else None
    return ApplicationDetails(
        case=case,
        waiting_on=WAITING_ON.get(case.state),
        outage=waited_for.outage if waited_for else "",
        expected_until=_expected_until(case, office, waited_for, now),
        clock=_clock(case, office, [link.pause for link in links], now),
    )


def _expected_until(
    case: Case, office: Office, link: CaseOutageLink | None, now: datetime
) -> datetime | None:
    if link is not None:
        expected = link.expected_end
    elif case.state in WITHOUT_BOOK and case.promised_collection_date and not case.delayed:
        expected = office.collection.start_on(case.promised_collection_date)
    else:
        expected = None
    return expected if expected and expected > now else None


def _clock(case: Case, office: Office, pauses: Sequence[ClockPause], now: datetime) -> ServiceClock:
    """Read the clock, which stops when the passport is ready or the case is in a final state."""
    if case.completed_at is None:
        return _NOT_STARTED
    stopped = case.ready_at or (case.state_since if case.state in FINAL_STATES else now)
    return read_service_clock(office.calendar, case.completed_at, stopped, pauses)
