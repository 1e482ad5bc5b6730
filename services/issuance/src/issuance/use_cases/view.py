"""What an application says of itself: whose turn it is, until when, and both its clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuance.domain.case import Case
from issuance.domain.office import Office
from issuance.domain.states import FINAL
from issuance.domain.turns import WAITS, Wait
from issuance.domain.working_time import Elapsed, Period
from issuance.use_cases.kept import Link
from issuance.use_cases.move import IN_PLAN
from issuance.use_cases.records import Records

_NO_TIME = Elapsed(timedelta(), timedelta())


@dataclass(frozen=True, slots=True)
class View:
    """A case with what follows from the moment of looking."""

    case: Case
    wait: Wait | None
    outage: str
    expected_until: datetime | None
    elapsed: Elapsed


async def views(
    records: Records, offices: Mapping[str, Office], cases: Sequence[Case], now: datetime
) -> list[View]:
    """The cases as they are now, in the same order."""
    links = await records.outages.links([case.id for case in cases if case.completed_at])
    return [_view(case, offices[case.office], links.get(case.id, ()), now) for case in cases]


def _view(case: Case, office: Office, links: Sequence[Link], now: datetime) -> View:
    lasting = next((link for link in links if link.pause.end is None), None)
    waiting = case.state in IN_PLAN and lasting is not None
    return View(
        case=case,
        wait=WAITS.get(case.state),
        outage=lasting.outage if waiting and lasting else "",
        expected_until=_until(case, office, lasting if waiting else None, now),
        elapsed=_elapsed(case, office, [link.pause for link in links], now),
    )


def _until(case: Case, office: Office, link: Link | None, now: datetime) -> datetime | None:
    if link is not None:
        expected = link.expected_end
    elif case.state in IN_PLAN and case.promised_collection_date and not case.delayed:
        expected = office.desk.at(case.promised_collection_date)
    else:
        expected = None
    return expected if expected and expected > now else None


def _elapsed(case: Case, office: Office, pauses: Sequence[Period], now: datetime) -> Elapsed:
    if case.completed_at is None:
        return _NO_TIME
    stopped = case.ready_at or (case.since if case.state in FINAL else now)
    return office.calendar.elapsed(case.completed_at, stopped, pauses)
