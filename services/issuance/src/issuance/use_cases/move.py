"""One step of a case: state, history, owed work, notice and outage links in one transaction."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from issuance.domain.case import Actor, Case, Entry
from issuance.domain.notices import Notice, NoticeKind, promise, ready, recapture, refused
from issuance.domain.office import Office
from issuance.domain.owed import Owed, waits_for
from issuance.domain.states import QUEUED, Event, State, Work, transition
from issuance.use_cases.records import Records

IN_PLAN = QUEUED | {State.PRINTING}
"""States whose cases the plan speaks of."""
FRAUD, ACTIVE = b"fraud", b"active"
"""What the matcher is told about a settled encounter."""


class Personalise(Protocol):
    """Writes down what is printed, always the same bytes for the same case and day."""

    def __call__(self, case: Case, office: Office, issued_on: date) -> bytes:
        """The bytes."""
        ...


class Move:
    """Moves cases by the table of transitions, with all that a row of it says."""

    def __init__(
        self, offices: Mapping[str, Office], personalise: Personalise, new_id: Callable[[], str]
    ) -> None:
        self._offices = offices
        self._personalise = personalise
        self._new_id = new_id

    async def __call__(
        self,
        records: Records,
        case: Case,
        event: Event,
        by: Actor,
        at: datetime,
        why: str = "",
        **changes: Any,
    ) -> Case:
        """The case after the event. changes: of its fields, which the event brings.

        Raises IllegalTransition, NotPermitted.
        """
        row = transition(case.state, event, by.role)
        moved = case.moved(row, at, **changes)
        await records.cases.save(moved)
        entry = Entry(case.id, case.office, event, row.source, row.target, by.uri, at, why)
        await records.cases.note(entry)
        if row.owes:
            await records.work.add(self._owed(row.owes, moved))
        if row.tells:
            await records.notices.add(case.office, [self._notice(row.tells, moved)], at)
        # A release is the plan's own doing. Before the outages are read, so that one that opens
        # in this moment either sees the case or is seen.
        if {row.source, row.target} & IN_PLAN and event is not Event.RELEASE:
            await records.plans.touch([case.office])
        if moved.state in IN_PLAN:
            await _wait(records, moved)
        return moved

    def _owed(self, kind: Work, case: Case) -> Owed:
        office = self._offices[case.office]
        payload = b""
        if kind is Work.SETTLE:
            payload = FRAUD if case.state is State.REFUSED else ACTIVE
        if kind is Work.PRINT:
            payload = self._personalise(case, office, office.calendar.day_of(case.since))
        return Owed(
            id=self._new_id(),
            kind=kind,
            case=case.id,
            office=case.office,
            priority_class=case.priority_class,
            place=case.place or 0,
            request_id=self._new_id(),
            payload=payload,
            owed_at=case.since,
        )

    def _notice(self, kind: NoticeKind, case: Case) -> Notice:
        desk = self._offices[case.office].desk
        told = case.promised_collection_date or desk.calendar.day_of(case.since)
        if kind is NoticeKind.PROMISED_DATE:
            return promise(case.id, told, desk)
        if kind is NoticeKind.READY:
            return ready(case.id, told, desk)
        if kind is NoticeKind.RECAPTURE:
            return recapture(case.id)
        if kind is NoticeKind.REFUSED and case.refusal_reason:
            return refused(case.id, case.refusal_reason)
        raise ValueError(f"a transition cannot tell {kind} about an application {case.state}")


async def _wait(records: Records, case: Case) -> None:
    for id, outage in (await records.outages.lasting()).items():
        if waits_for(case.state, case.office, outage):
            await records.outages.link(id, case.id, case.since)
