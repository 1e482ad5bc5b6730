"""How an event changes a case: state, history, outbox task, notice and outage links in one
transaction."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from issuance.domain.case import Actor, Case
from issuance.domain.clock_pause import pauses_clock
from issuance.domain.history import NO_DETAILS, EventDetails, HistoryEntry
from issuance.domain.notices import (
    Notice,
    NoticeKind,
    promised_date_notice,
    ready_notice,
    recapture_notice,
    refused_notice,
)
from issuance.domain.office import Office
from issuance.domain.outbox import ENCOUNTER_ACTIVE, ENCOUNTER_FRAUD, OutboxTask
from issuance.domain.states import (
    WITHOUT_BOOK,
    ApplicationEvent,
    ApplicationState,
    OutboxTaskKind,
    find_transition,
)
from issuance.store.records import Records

Personalise = Callable[[Case, Office, date], bytes]
"""Returns the bytes to be printed for a case; the same case and day give the same bytes."""


class ApplyTransition:
    """Applies events to cases by the table of transitions, with all that a row of it demands."""

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
        event: ApplicationEvent,
        by: Actor,
        at: datetime,
        details: EventDetails = NO_DETAILS,
    ) -> Case:
        """Return the case after the event.

        case: with the fields that the event sets, still in its old state and revision.
        Raises IllegalTransition, NotPermitted.
        """
        row = find_transition(case.state, event, by.role)
        changed = case.after(row, at)
        await records.cases.save(changed)
        entry = HistoryEntry(
            case.id, case.office, event, row.source, row.target, by.uri, at, details
        )
        await records.history.add(entry)
        if row.outbox_task:
            await records.outbox.add(self._outbox_task(row.outbox_task, changed))
        if row.notice:
            await records.notices.add(case.office, [self._notice(row.notice, changed)], at)
        # A release follows from the plan and does not change it. The change is counted before the
        # outages are read, so that an outage that begins now either sees the case or is seen.
        if {row.source, row.target} & WITHOUT_BOOK and event is not ApplicationEvent.RELEASE:
            await records.plans.count_change([case.office])
        if changed.state in WITHOUT_BOOK:
            await _link_to_outages(records, changed)
        return changed

    def _outbox_task(self, kind: OutboxTaskKind, case: Case) -> OutboxTask:
        office = self._offices[case.office]
        payload = b""
        if kind is OutboxTaskKind.SET_ENCOUNTER_STATUS:
            refused = case.state is ApplicationState.REFUSED
            payload = ENCOUNTER_FRAUD if refused else ENCOUNTER_ACTIVE
        if kind is OutboxTaskKind.PRINT:
            payload = self._personalise(case, office, office.calendar.day_of(case.state_since))
        return OutboxTask(
            id=self._new_id(),
            kind=kind,
            case=case.id,
            office=case.office,
            priority_class=case.priority_class,
            queue_number=case.queue_number or 0,
            request_id=self._new_id(),
            payload=payload,
            created_at=case.state_since,
        )

    def _notice(self, kind: NoticeKind, case: Case) -> Notice:
        hours = self._offices[case.office].collection
        promised = case.promised_collection_date or hours.calendar.day_of(case.state_since)
        if kind is NoticeKind.PROMISED_DATE:
            return promised_date_notice(case.id, promised, hours)
        if kind is NoticeKind.READY:
            return ready_notice(case.id, promised, hours)
        if kind is NoticeKind.RECAPTURE:
            return recapture_notice(case.id)
        if kind is NoticeKind.REFUSED and case.refusal_reason:
            return refused_notice(case.id, case.refusal_reason)
        raise ValueError(f"a transition cannot send {kind} about an application {case.state}")


async def _link_to_outages(records: Records, case: Case) -> None:
    """Link the case to the ongoing outages that pause its clock in its new state."""
    for outage_id, outage in (await records.outages.ongoing()).items():
        if pauses_clock(outage, case.state, case.office):
            await records.outages.link_case(outage_id, case.id, case.state_since)
