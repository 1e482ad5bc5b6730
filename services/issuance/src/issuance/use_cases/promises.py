"""Keeping people informed, and their books moving: what is done about an office's plan."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from servicekit.process.failpoint import failpoint

from issuance.domain.case import ISSUANCE
from issuance.domain.notices import OUTAGE, QUEUE, Notice, Standing, due
from issuance.domain.office import Office
from issuance.domain.states import UNDECIDED, Event
from issuance.domain.words import Text
from issuance.use_cases.move import Move
from issuance.use_cases.planning import Outlook, outlook
from issuance.use_cases.records import Records, Transactions

TOLD_AT_ONCE = 100
RELEASED_AT_ONCE = 25
"""In one transaction: calls at the counter must not wait long for it."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a plan calls for: whom to tell, and whose turn at the machines it is, in order.

    It stands as long as the office's `changes` are the same. `why` moved the plan.
    """

    changes: int
    notices: Sequence[Notice]
    why: Text
    turn: Sequence[str]


class Promises:
    """Keeps an office's plan in force: one plan, then a few people in each transaction.

    After a crash, or another's change, the next plan finds what is left to do.
    """

    def __init__(self, transactions: Transactions, move: Move) -> None:
        self._transactions = transactions
        self._move = move

    async def __call__(self, office: Office, now: datetime) -> None:
        """Plan, tell everybody whose day has changed, release the books whose turn it is."""
        async with self._transactions.read() as records:
            agenda = await _agenda(records, office, now)
        await self._announce(office, agenda, now)
        await self._release(office, agenda, now)

    async def _announce(self, office: Office, agenda: Agenda, now: datetime) -> None:
        for first in range(0, len(agenda.notices), TOLD_AT_ONCE):
            async with self._transactions.begin() as records:
                some = agenda.notices[first : first + TOLD_AT_ONCE]
                told = await records.cases.told(some, agenda.why)
                await records.notices.add(office.id, told, now)
                failpoint("notices.before_commit")
            failpoint("notices.after_commit")
        async with self._transactions.begin() as records:
            await records.plans.asked(office.id, now)
            failpoint("plan.before_commit")
        failpoint("plan.after_commit")

    async def _release(self, office: Office, agenda: Agenda, now: datetime) -> None:
        while agenda.turn:
            async with self._transactions.begin() as records:
                if await _changes(records, office) != agenda.changes:
                    agenda = await _agenda(records, office, now)
                for id in agenda.turn[:RELEASED_AT_ONCE]:
                    case, today = await records.cases.get(id), office.calendar.day_of(now)
                    await self._move(records, case, Event.RELEASE, ISSUANCE, now, released_on=today)
                failpoint("release.before_commit")
            failpoint("release.after_commit")
            agenda = replace(agenda, turn=agenda.turn[RELEASED_AT_ONCE:])


async def _agenda(records: Records, office: Office, now: datetime) -> Agenda:
    view = await outlook(records, office, now)
    why = await _cause(records, view, now)
    since = await records.plans.asked_at(office.id)
    return Agenda(
        changes=await _changes(records, office),
        notices=await asyncio.to_thread(_news, view, since, now, why),
        why=why,
        turn=view.due_today() if now >= office.calendar.opening(view.today) else (),
    )


async def _changes(records: Records, office: Office) -> int:
    return (await records.plans.changes())[office.id]


def _news(view: Outlook, since: datetime, now: datetime, why: Text) -> list[Notice]:
    days = view.collect_on()
    standings = [
        Standing(
            application=case.waiting.id,
            told=case.promised,
            computed=days[case.waiting.id],
            undecided=case.state in UNDECIDED,
            delayed=case.delayed,
        )
        for case in view.queue
    ]
    return due(standings, view.office.desk, since, now, why)


async def _cause(records: Records, view: Outlook, now: datetime) -> Text:
    """An outage that touched the time in which these people wait, or else the queue itself."""
    begun = min((case.completed_at for case in view.queue), default=now)
    outages = await records.outages.reaching(view.office.id)
    if any(outage.ended is None or outage.ended > begun for outage in outages):
        return OUTAGE
    return QUEUE
