"""How an event changes a case: state, history, outbox task and notice in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

import structlog

from issuance.domain import case_identification, case_printing
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.document import DocumentStatus
from issuance.domain.encounter_change import (
    EncounterChange,
    EncounterStatus,
    decode_changes,
    encode_changes,
    superseded_by,
)
from issuance.domain.events import BEGINS_ENCOUNTER, ApplicationEvent
from issuance.domain.history import NO_DETAILS, EventDetails, HistoryEntry
from issuance.domain.identification_request import (
    encode_identification,
    identification_request,
)
from issuance.domain.matcher_restore import expected_encounters
from issuance.domain.office import Office
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.domain.outbox import OutboxTask, task_of_case
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.person_merge import decode_merges, encode_merges
from issuance.domain.print_job_event import PrintJobEvent
from issuance.domain.states import NOT_READY
from issuance.domain.transitions import Transition, find_transition
from issuance.domain.validity import ValidityRule
from issuance.domain.verification import is_verifiable
from issuance.holder_names import holder_born_on
from issuance.store.outbox_records import IMMEDIATELY
from issuance.store.records import Records
from issuance.use_cases.documents import (
    record_handed_over,
    record_made,
    reinstate_made,
    revoke,
)
from issuance.use_cases.notice_of_transition import notice_of_transition
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.send_notices import send_notices

_log = structlog.get_logger(__name__)

Personalise = Callable[[Case, Office, date, bytes], bytes]
"""Returns the bytes to be printed for a case with its portrait; the same arguments, the same
bytes."""


class ApplyTransition:
    """Applies events to cases by the table of transitions, with all that a row of it demands.

    policy: says who may be verified in an outage.
    """

    def __init__(
        self,
        offices: OfficeDirectory,
        personalise: Personalise,
        new_id: Callable[[], str],
        validity: ValidityRule,
        policy: OutagePolicy = DEFAULT_POLICY,
    ) -> None:
        self.policy = policy
        self._validity = validity
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
        await self._offices.know(records, case.office)
        changed = case.after(row, at)
        if event in BEGINS_ENCOUNTER:
            changed = case_identification.with_next_encounter(changed)
        await records.cases.save(changed)
        await records.history.add(
            HistoryEntry(
                case=case.id,
                office=case.office,
                event=event,
                source=row.source,
                target=row.target,
                by=by.uri,
                on_behalf_of=by.on_behalf_of,
                at=at,
                source_since=case.state_since,
                details=details,
            )
        )
        if encounter := case.encounter_after(row):
            change = _change(case, encounter, details)
            await self._record_encounter(records, change, changed)
        if row.outbox_task:
            await self.add_task(records, row.outbox_task, changed)
            await self.add_verification(records, changed)
        if document := case.document_after(row):
            await self._record_document(records, row, document, changed, by, at, details)
        if row.notice:
            hours = self._offices[case.office].collection
            notice = await notice_of_transition(records, row.notice, changed, hours)
            await send_notices(records, case.office, [notice], at)
        _log.info("application_moved", application_id=case.id, by=by.uri, what=event, to=row.target)
        if row.source is row.target:
            return changed
        # A release follows from the plan and does not change it.
        if {row.source, row.target} & NOT_READY and event is not ApplicationEvent.RELEASE:
            await records.plans.count_change([case.office])
        return changed

    async def add_task(self, records: Records, kind: OutboxTaskKind, case: Case) -> None:
        """Record an outbox task of a case."""
        await records.outbox.add(await self._outbox_task(records, kind, case))

    async def add_verification(self, records: Records, case: Case) -> None:
        """Record that the applicant of a case is to be verified, if it may go on by that."""
        verify = OutboxTaskKind.VERIFY
        if is_verifiable(case, self.policy) and not await records.outbox.is_pending(
            case.id, verify
        ):
            await self.add_task(records, verify, case)

    async def add_merge(
        self,
        records: Records,
        case: Case,
        merge: str,
        kind: OutboxTaskKind = OutboxTaskKind.MERGE_PERSONS,
    ) -> None:
        """Record that the matcher is to make two persons one, with what it has not done yet.

        kind: UNDO_MERGE if it is to take that back. What it has not done stays under its request:
        an attempt of it may have been made.
        """
        earlier = await records.outbox.withdraw(case.id, [kind])
        left = [id for task in earlier for id in decode_merges(task.payload)]
        task = self._task(kind, case, encode_merges([*left, merge]))
        request_id = earlier[0].request_id if earlier else task.request_id
        await records.outbox.add(replace(task, request_id=request_id), _after_attempts(earlier))

    async def move_encounters(self, records: Records, case: Case) -> None:
        """Record that the matcher is to move the encounters of a case to its person.

        One that is not decided upon is moved with the decision, as the case is linked.
        """
        history = await records.history.of_case(case.id)
        changes = [
            EncounterChange(
                each.encounter_id, each.status, case.person_id, each.reason, case.appeal_granted_by
            )
            for each in expected_encounters(case, history)
            if each.status not in (EncounterStatus.PENDING, EncounterStatus.DELETED)
        ]
        if changes:
            await self._ask_matcher(records, case, changes, [OutboxTaskKind.SET_ENCOUNTER_STATUS])

    async def as_on_page(self, records: Records, case: Case, job: PrintJobEvent) -> Case | None:
        """Return the case with the number and the days of a job's page, if its book is the case's.

        None if the page shows anything else than the case has now, be it the portrait or the kind
        of document, if the printer does not tell what it shows, or if the book is revoked.
        """
        if job.issued_on is None or not await records.portraits.is_stored(case.id):
            return None
        if await records.documents.is_revoked(job.document_number):
            return None
        expires_on = self._validity.last_day(
            holder_born_on(case.holder),
            job.issued_on,
            married=case.married,
            emergency=case.emergency_days,
        )
        shown = case_printing.on_page(case, job.document_number, job.issued_on, expires_on)
        payload = await self._page(records, shown, job.issued_on)
        return shown if sha256(payload).digest() == job.payload_sha256 else None

    async def _page(self, records: Records, case: Case, issued_on: date) -> bytes:
        await self._offices.know(records, case.office)
        portrait = await records.portraits.get(case.id)
        return self._personalise(case, self._offices[case.office], issued_on, portrait)

    async def _record_document(
        self,
        records: Records,
        row: Transition,
        status: DocumentStatus,
        case: Case,
        by: Actor,
        at: datetime,
        details: EventDetails,
    ) -> None:
        if row.event is ApplicationEvent.REEXAMINE:
            await reinstate_made(records, case, by, at, details.reason)
            return
        if status is DocumentStatus.MADE or row.event is ApplicationEvent.HOLD_BOOK:
            day = self._offices[case.office].calendar.day_of(at)
            await record_made(records, case, by, at, day, self._validity)
        if status is DocumentStatus.VALID:
            await record_handed_over(records, case, by, at)
        if status is DocumentStatus.REVOKED:
            await revoke(records, case, by, at, details.reason)

    async def _outbox_task(self, records: Records, kind: OutboxTaskKind, case: Case) -> OutboxTask:
        office = self._offices[case.office]
        payload = b""
        if kind in (OutboxTaskKind.IDENTIFY, OutboxTaskKind.VERIFY):
            payload = encode_identification(identification_request(case))
        if kind is OutboxTaskKind.PRINT:
            issued_on = office.calendar.day_of(case.state_since)
            payload = await self._page(records, case, issued_on)
        return self._task(kind, case, payload)

    async def _record_encounter(
        self, records: Records, change: EncounterChange, case: Case
    ) -> None:
        """Record what the matcher is asked, in place of what it was asked and has not done."""
        kinds = [OutboxTaskKind.SET_ENCOUNTER_STATUS]
        if change.status is EncounterStatus.DELETED:
            kinds += [OutboxTaskKind.IDENTIFY, OutboxTaskKind.VERIFY, OutboxTaskKind.PRINT]
        await self._ask_matcher(records, case, [change], kinds)

    async def _ask_matcher(
        self,
        records: Records,
        case: Case,
        changes: Sequence[EncounterChange],
        instead_of: Collection[OutboxTaskKind],
    ) -> None:
        """Record changes of encounters, in place of tasks of these kinds that are not done."""
        earlier = await records.outbox.withdraw(case.id, instead_of)
        left = [
            each
            for task in earlier
            if task.kind is OutboxTaskKind.SET_ENCOUNTER_STATUS
            for each in decode_changes(task.payload, case.id)
        ]
        for change in changes:
            left = superseded_by(change, left)
        payload = encode_changes(left)
        task = self._task(OutboxTaskKind.SET_ENCOUNTER_STATUS, case, payload)
        await records.outbox.add(task, _after_attempts(earlier))

    def _task(self, kind: OutboxTaskKind, case: Case, payload: bytes) -> OutboxTask:
        return task_of_case(kind, case, payload, case.state_since, self._new_id)


def _change(case: Case, status: EncounterStatus, details: EventDetails) -> EncounterChange:
    return EncounterChange(
        case.encounter_id,
        status,
        person_id=case.person_id if case.linked else "",
        reason=details.reason,
        on_behalf_of=case.appeal_granted_by,
    )


def _after_attempts(tasks: Sequence[OutboxTask]) -> datetime:
    """Return when what replaces tasks is attempted: attempts under way arrive before their lease
    ends."""
    return max((each.leased_until for each in tasks if each.leased_until), default=IMMEDIATELY)
