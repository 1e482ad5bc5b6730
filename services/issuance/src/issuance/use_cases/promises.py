"""Keeping people informed, and their books moving: what the planner does for one office."""

from datetime import datetime

from issuance.domain.case import ISSUANCE
from issuance.domain.notices import OUTAGE, QUEUE, Standing, due
from issuance.domain.office import Office
from issuance.domain.states import UNDECIDED, Event
from issuance.domain.words import Text
from issuance.use_cases.move import Move
from issuance.use_cases.planning import Outlook, outlook
from issuance.use_cases.records import Records


async def announce(records: Records, office: Office, now: datetime) -> int:
    """Tell everybody whose day has changed, once; returns how many."""
    since = await records.plans.asked_at(office.id)
    view = await outlook(records, office, now)
    why = await _cause(records, view, now)
    notices = due(_standings(view), office.desk, since, now, why)
    for notice in notices:
        await records.notices.add(office.id, notice, now)
        await records.cases.told(notice, why)
    await records.plans.asked(office.id, now)
    return len(notices)


async def release(
    records: Records, office: Office, now: datetime, move: Move, *, limit: int
) -> int:
    """Send those whose turn is today to the machines, up to `limit` of them; returns how many.

    Whoever is due today but not approved yet keeps that place for the rest of the day.
    """
    view = await outlook(records, office, now)
    if now < office.calendar.opening(view.today):
        return 0
    turn = view.due_today()[:limit]
    for case_id in turn:
        case = await records.cases.get(case_id)
        await move(records, case, Event.RELEASE, ISSUANCE, now, released_on=view.today)
    return len(turn)


def _standings(view: Outlook) -> list[Standing]:
    days = view.collect_on()
    return [
        Standing(
            application=case.waiting.id,
            told=case.promised,
            computed=days[case.waiting.id],
            undecided=case.state in UNDECIDED,
            delayed=case.delayed,
        )
        for case in view.queue
    ]


async def _cause(records: Records, view: Outlook, now: datetime) -> Text:
    """An outage that touched the time in which these people wait, or else the queue itself."""
    begun = min((case.completed_at for case in view.queue), default=now)
    outages = await records.outages.reaching(view.office.id)
    if any(outage.ended is None or outage.ended > begun for outage in outages):
        return OUTAGE
    return QUEUE
