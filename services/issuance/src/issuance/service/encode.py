"""Domain objects as messages of the contract."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import cast

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import (
    accounts_pb2,
    adjudication_pb2,
    admin_pb2,
    applications_pb2,
    documents_pb2,
    outages_pb2,
    schedule_pb2,
)
from passport.type.v1 import biometrics_pb2, civil_pb2

from issuance.domain.adjudication_task import AdjudicationTask
from issuance.domain.case import Case
from issuance.domain.collection_schedule import ScheduleRow
from issuance.domain.collector import Proxy
from issuance.domain.contact import Contact
from issuance.domain.document import Document
from issuance.domain.formatting import LocalizedText
from issuance.domain.guardian import Guardian
from issuance.domain.history import HistoryEntry
from issuance.domain.open_item import ResolvedItem
from issuance.domain.paused_work import PausedWork
from issuance.domain.portrait import AcceptedPhoto
from issuance.domain.portrait_advice import ADVICE
from issuance.domain.print_failure import PrintFailure
from issuance.domain.reference import format_reference
from issuance.domain.replacement import LossFinding
from issuance.domain.wait_explanation import Intervention
from issuance.serialization import PRIORITY_CLASSES, calendar_date
from issuance.service.enum_codes import (
    ADJUDICATION_CAUSES,
    APPLICATION_STATES,
    APPLICATION_TYPES,
    COLLECTORS,
    DOCUMENT_STATUSES,
    GUARDIAN_RELATIONS,
    IDENTIFICATION_PHASES,
    LOSS_FINDINGS,
    NOTICE_DELIVERIES,
    NOTICE_KINDS,
    OUTAGE_SCOPES,
    OUTBOX_RESPONSIBLE_PARTIES,
    PORTRAIT_DEFECTS,
    PRINTER_CIRCUITS,
    RESPONSIBLE_PARTIES,
    TASK_STATES,
    VERDICTS,
)
from issuance.store.notice_records import NoticeRecord
from issuance.store.outage_records import OutageChange, OutageRecord
from issuance.store.outbox_records import PostponedWork
from issuance.store.stuck_work_records import StuckTask
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.explain_wait import ExplainedWait
from issuance.use_cases.reconcile_payments import Reconciliation
from issuance.use_cases.service_status import PrinterStatus, ServiceStatus


def application(details: ApplicationDetails) -> applications_pb2.Application:
    """Return an application at one moment."""
    case = details.case
    return applications_pb2.Application(
        application_id=case.id,
        office=case.office,
        type=APPLICATION_TYPES[case.type],
        priority_class=PRIORITY_CLASSES[case.priority_class],
        holder=civil_pb2.BiographicData.FromString(case.holder),
        person_id=case.person_id,
        state=APPLICATION_STATES[case.state],
        revision=case.revision,
        created_at=timestamp(case.created_at),
        completed_at=timestamp(case.completed_at),
        waiting=waiting(details),
        first_promised_collection_date=optional_date(case.first_promised_collection_date),
        promised_collection_date=optional_date(case.promised_collection_date),
        date_change_reason=localized_text(case.date_change_reason),
        date_as_if_outage_ended_now=details.date_tentative,
        service_seconds=int(details.clock.service_time.total_seconds()),
        elapsed_seconds=int(details.clock.elapsed_time.total_seconds()),
        document_number=case.document_number,
        book_serial=case.book_serial,
        reference=format_reference(case.reference),
        held=case.is_held,
        decision_id=case.decision_id,
        refusal_reason=localized_text(case.refusal_reason),
        handed_over_at=timestamp(case.handed_over_at),
        own_record_first=case.own_record_first,
        portrait_accepted_at=timestamp(case.portrait_accepted_at),
        print_failure=print_failure(case.print_failure),
        holder_differences=case.holder_differences,
        expires_on=optional_date(case.expires_on),
        guardians=[_guardian(guardian) for guardian in case.guardians],
        married=case.married,
        police_report=case.police_report,
        returned_document_number=case.returned_document,
        loss_finding=_loss_finding(case.loss_finding),
        force_majeure=case.force_majeure,
        without_fingerprints=case.without_fingerprints,
        come_back_on=optional_date(case.come_back_on),
        fee_rupiah=case.fee_rupiah,
        penalty_rupiah=case.penalty_rupiah,
        contact=_contact(case.contact),
        language=case.language,
        proxy=_proxy(case.proxy),
        collect_until=optional_date(case.collect_until),
        promise_due_on=optional_date(case.due_on),
        legal_due_on=optional_date(case.legal_due_on),
        identification_due=case.identification_due,
    )


def _proxy(proxy: Proxy | None) -> applications_pb2.Proxy | None:
    if proxy is None:
        return None
    return applications_pb2.Proxy(
        name=proxy.name,
        identity_number=proxy.identity_number,
        letter_of_authority=proxy.letter,
    )


def _guardian(guardian: Guardian) -> applications_pb2.Guardian:
    return applications_pb2.Guardian(
        name=guardian.name,
        identity_number=guardian.identity_number,
        relation=GUARDIAN_RELATIONS[guardian.relation],
        consents=guardian.consents,
    )


def _loss_finding(found: LossFinding | None) -> "applications_pb2.LossFinding.ValueType":
    return LOSS_FINDINGS[found] if found else applications_pb2.LOSS_FINDING_UNSPECIFIED


def _contact(contact: Contact) -> applications_pb2.Contact | None:
    if not contact:
        return None
    return applications_pb2.Contact(email=contact.email, phone=contact.phone)


def wait_explanation(explained: ExplainedWait) -> applications_pb2.WaitExplanation:
    """Return what an application waits for, and why."""
    case, explanation = explained.details.case, explained.explanation
    return applications_pb2.WaitExplanation(
        application_id=case.id,
        office=case.office,
        state=APPLICATION_STATES[case.state],
        waiting=waiting(explained.details),
        responsible_office=explanation.responsible_office,
        first_promised_collection_date=optional_date(case.first_promised_collection_date),
        promised_collection_date=optional_date(case.promised_collection_date),
        date_as_if_outage_ended_now=explained.details.date_tentative,
        date_change_reason=localized_text(case.date_change_reason),
        applications_before=explanation.cases_before,
        sped_up_by=localized_text(explanation.sped_up_by),
        intervention=_intervention(explanation.intervention, case),
        identification_due=localized_text(explanation.identification_due),
        promise_due_on=optional_date(case.due_on),
        legal_due_on=optional_date(case.legal_due_on),
    )


def _intervention(
    intervention: Intervention | None, case: Case
) -> applications_pb2.Intervention | None:
    if intervention is None:
        return None
    return applications_pb2.Intervention(
        responsible_party=RESPONSIBLE_PARTIES[intervention.by.responsible_party],
        office=case.office,
        what=localized_text(intervention.by.what),
        task_id=intervention.task,
    )


def document(found: Document, today: date) -> documents_pb2.Document:
    """Return a document. today: at its office."""
    return documents_pb2.Document(
        document_number=found.number,
        person_id=found.person_id,
        application_id=found.case,
        office=found.office,
        book_serial=found.book_serial,
        issued_on=calendar_date(found.issued_on),
        expires_on=optional_date(found.expires_on),
        status=DOCUMENT_STATUSES[found.status_on(today)],
        status_since=timestamp(found.status_since),
        status_by=found.status_by,
        status_reason=found.status_reason,
    )


def destroyed_book(item: ResolvedItem) -> documents_pb2.Document:
    """Return a book that fitted no application and was destroyed, as a revoked document."""
    return documents_pb2.Document(
        document_number=item.document_number,
        application_id=item.case,
        office=item.office,
        book_serial=item.book_serial,
        status=documents_pb2.DOCUMENT_STATUS_REVOKED,
        status_since=timestamp(item.resolution.at),
        status_by=item.resolution.by,
        status_reason=item.resolution.explanation,
    )


def submitted_portrait(
    application: applications_pb2.Application, photo: AcceptedPhoto
) -> applications_pb2.SubmitPortraitResponse:
    """Return the answer to a photo that was accepted."""
    findings = [
        applications_pb2.PortraitFinding(
            defect=PORTRAIT_DEFECTS[defect], advice=localized_text(ADVICE[defect])
        )
        for defect in photo.recommendations
    ]
    return applications_pb2.SubmitPortraitResponse(
        application=application, eye_distance_pixels=photo.eye_distance, findings=findings
    )


def reconciliation(compared: Reconciliation) -> accounts_pb2.ReconcilePaymentsResponse:
    """Return what became of a report of payments."""
    return accounts_pb2.ReconcilePaymentsResponse(
        agreed=compared.agreed,
        unrecorded=compared.unrecorded,
        unreported=compared.unreported,
        amount_differs=compared.amount,
    )


def print_failure(failure: PrintFailure | None) -> applications_pb2.PrintFailure | None:
    """Return why no book was made; None stays absent."""
    if failure is None:
        return None
    return applications_pb2.PrintFailure(
        reason=failure.reason, field=failure.field, message=failure.message
    )


def waiting(details: ApplicationDetails) -> applications_pb2.Waiting:
    """Return what an application waits for; absent in a final state."""
    if details.waiting_on is None:
        return cast(applications_pb2.Waiting, None)
    return applications_pb2.Waiting(
        responsible_party=RESPONSIBLE_PARTIES[details.waiting_on.responsible_party],
        since=timestamp(details.case.state_since),
        what=localized_text(details.waiting_on.what),
        outage_id=details.outage,
        expected_until=timestamp(details.expected_until),
        late_since=timestamp(details.late_since),
    )


def history_entry(entry: HistoryEntry) -> applications_pb2.HistoryEntry:
    """Return one entry of the history of an application."""
    details = entry.details
    cause = details.adjudication_cause
    return applications_pb2.HistoryEntry(
        event=entry.event,
        from_state=APPLICATION_STATES[entry.source]
        if entry.source
        else applications_pb2.APPLICATION_STATE_UNSPECIFIED,
        to_state=APPLICATION_STATES[entry.target],
        by=entry.by,
        on_behalf_of=entry.on_behalf_of,
        at=timestamp(entry.at),
        reason=details.reason,
        payment_receipt=details.payment_receipt,
        interview_notes=details.interview_notes,
        adjudication_cause=ADJUDICATION_CAUSES[cause]
        if cause
        else adjudication_pb2.TASK_CAUSE_UNSPECIFIED,
        document_number=details.document_number,
        print_job_id=details.print_job,
        book_serial=details.book_serial,
        signed_by=details.signed_by,
        collected_by=COLLECTORS[details.collected_by]
        if details.collected_by
        else applications_pb2.COLLECTOR_UNSPECIFIED,
        previous_holder=_holder(details.previous_holder),
        corrected_holder=_holder(details.corrected_holder),
        guardian_present=GUARDIAN_RELATIONS[details.guardian_present]
        if details.guardian_present
        else applications_pb2.GUARDIAN_RELATION_UNSPECIFIED,
        loss_finding=_loss_finding(details.loss_finding),
        amount_rupiah=details.amount_rupiah,
    )


def _holder(data: bytes | None) -> civil_pb2.BiographicData | None:
    return None if data is None else civil_pb2.BiographicData.FromString(data)


def adjudication_task(
    task: AdjudicationTask, earlier: Sequence[Case]
) -> adjudication_pb2.AdjudicationTask:
    """Return an adjudication task. earlier: applications of its candidates, oldest first."""
    return adjudication_pb2.AdjudicationTask(
        task_id=task.id,
        application_id=task.case,
        office=task.office,
        person_id=task.person_id,
        cause=ADJUDICATION_CAUSES[task.cause],
        state=TASK_STATES[task.adjudication.state],
        decision_id=task.decision_id,
        candidates=_candidates(task, earlier),
        clearances_needed=task.adjudication.clearances_needed,
        hits_total=task.hits_total,
        examinations=_examinations(task),
        claimed_by=task.adjudication.claimed_by or "",
        opened_at=timestamp(task.opened_at),
        closed_at=timestamp(task.closed_at),
    )


def _candidates(
    task: AdjudicationTask, earlier: Sequence[Case]
) -> list[adjudication_pb2.TaskCandidate]:
    return [
        adjudication_pb2.TaskCandidate(
            person_id=candidate.person_id,
            score=biometrics_pb2.Score(value=candidate.score, calibration_version=task.calibration),
            hit=candidate.hit,
            applications=[
                _earlier_application(case)
                for case in earlier
                if case.person_id == candidate.person_id
            ],
        )
        for candidate in task.candidates
    ]


def _earlier_application(case: Case) -> adjudication_pb2.EarlierApplication:
    return adjudication_pb2.EarlierApplication(
        application_id=case.id,
        office=case.office,
        state=case.state,
        created_at=timestamp(case.created_at),
    )


def _examinations(task: AdjudicationTask) -> list[adjudication_pb2.Examination]:
    return [
        adjudication_pb2.Examination(
            by=examination.by,
            verdict=VERDICTS[examination.verdict],
            reason=examination.reason,
            at=timestamp(examination.at),
            person_id=examination.person_id,
        )
        for examination in task.adjudication.examinations
    ]


def outage(record: OutageRecord, changes: Sequence[OutageChange] = ()) -> outages_pb2.Outage:
    """Return an outage, with what was recorded of it."""
    outage = record.outage
    return outages_pb2.Outage(
        outage_id=record.id,
        scope=OUTAGE_SCOPES[outage.scope],
        office=outage.office,
        cause=outage.cause,
        automatic=outage.automatic,
        began_at=timestamp(outage.began),
        ended_at=timestamp(outage.ended),
        expected_end=timestamp(outage.expected_end),
        declared_by=outage.declared_by,
        applications=record.cases or 0,
        revision=record.revision,
        changes=[_outage_change(change) for change in changes],
    )


def _outage_change(change: OutageChange) -> outages_pb2.OutageChange:
    return outages_pb2.OutageChange(
        revision=change.revision,
        by=change.by,
        at=timestamp(change.at),
        cause=change.outage.cause,
        began_at=timestamp(change.outage.began),
        ended_at=timestamp(change.outage.ended),
        expected_end=timestamp(change.outage.expected_end),
    )


def notice(record: NoticeRecord) -> schedule_pb2.Notice:
    """Return a notice that was sent."""
    return schedule_pb2.Notice(
        notice_id=record.id,
        application_id=record.notice.application,
        office=record.office,
        kind=NOTICE_KINDS[record.notice.kind],
        collect_on=optional_date(record.notice.collect_on),
        as_if_outage_ended_now=record.notice.as_if_outage_ended_now,
        text=localized_text(record.notice.text),
        reference=format_reference(record.reference),
        at=timestamp(record.at),
        delivery=NOTICE_DELIVERIES[record.delivery],
        delivered_at=timestamp(record.delivered_at),
        delivery_problem=record.problem,
    )


def schedule_row(row: ScheduleRow) -> schedule_pb2.ScheduleRow:
    """Return one row of the collection schedule."""
    return schedule_pb2.ScheduleRow(
        applied_on=calendar_date(row.applied_on),
        collect_on=optional_date(row.collect_on),
        count=row.count,
        if_outage_ended_now=optional_date(row.if_ended_now),
    )


def stuck_task(task: StuckTask) -> admin_pb2.StuckTask:
    """Return an outbox task that somebody has to look at."""
    return admin_pb2.StuckTask(
        task_id=task.id,
        kind=task.kind,
        application_id=task.case,
        office=task.office,
        created_at=timestamp(task.created_at),
        attempts=task.attempts,
        refused_at=timestamp(task.refused_at),
        next_attempt_at=timestamp(None if task.refused_at else task.not_before),
        last_error=task.last_error,
    )


def late_application(details: ApplicationDetails) -> admin_pb2.LateApplication:
    """Return an application that is late, and whose turn it is."""
    return admin_pb2.LateApplication(
        application_id=details.case.id,
        office=details.case.office,
        state=APPLICATION_STATES[details.case.state],
        waiting=waiting(details),
    )


def service_status(status: ServiceStatus, now: datetime) -> admin_pb2.IssuanceStatus:
    """Return the status of the service. now: business time."""
    return admin_pb2.IssuanceStatus(
        applications={state.value: count for state, count in status.cases.items()},
        outbox=[
            admin_pb2.OutboxBacklog(
                kind=backlog.kind.value,
                count=backlog.count,
                leased=backlog.leased,
                failing=backlog.failing,
                refused=backlog.refused,
                oldest=_age(backlog.oldest, now),
                outage_id=outage_id,
                responsible_party=OUTBOX_RESPONSIBLE_PARTIES[backlog.kind],
                postponed=[
                    _postponed(each) for each in status.postponed if each.kind is backlog.kind
                ],
            )
            for backlog, outage_id in status.outbox
        ],
        outages=[outage(record) for record in status.outages],
        open_tasks=status.open_tasks,
        without_fingerprints=status.without_fingerprints,
        past_promised_day=status.past_promised_day,
        past_legal_limit=status.past_legal_limit,
        identification_rate=_identification_rate(status),
        printers=[_printer(printer) for printer in status.printers],
        paused_work=[paused_work(paused) for paused in status.paused_work],
        late_applications=[late_application(details) for details in status.late],
    )


def _postponed(work: PostponedWork) -> admin_pb2.PostponedWork:
    return admin_pb2.PostponedWork(
        cause=work.cause, count=work.count, first_attempt_at=timestamp(work.first)
    )


def paused_work(paused: PausedWork) -> admin_pb2.PausedWork:
    """Return a kind of outbox work that is paused."""
    return admin_pb2.PausedWork(
        kind=paused.kind,
        office=paused.office,
        reason=paused.reason,
        paused_by=paused.paused_by,
        paused_at=timestamp(paused.paused_at),
    )


def _printer(printer: PrinterStatus) -> admin_pb2.PrinterStatus:
    return admin_pb2.PrinterStatus(
        office=printer.office,
        circuit=PRINTER_CIRCUITS[printer.circuit],
        unanswered_calls=printer.unanswered_calls,
        tasks=printer.queue.tasks,
        leased=printer.queue.leased,
        outage_id=printer.outage,
    )


def _identification_rate(status: ServiceStatus) -> admin_pb2.IdentificationRate:
    rate = status.identification_rate
    return admin_pb2.IdentificationRate(
        phase=IDENTIFICATION_PHASES[rate.phase],
        per_second=rate.per_second,
        granted_per_second=rate.granted,
        paused_until=timestamp(status.paused_until),
    )


def _age(since: datetime, now: datetime) -> Duration:
    age = Duration()
    age.FromTimedelta(max(now.astimezone(UTC), since) - since)
    return age


# A message field set to None stays absent, although the generated types do not say so.
def timestamp(at: datetime | None) -> Timestamp:
    """Return an instant; None stays absent."""
    if at is None:
        return cast(Timestamp, None)
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def optional_date(day: date | None) -> civil_pb2.CalendarDate:
    """Return a day; None stays absent."""
    return cast(civil_pb2.CalendarDate, None) if day is None else calendar_date(day)


def localized_text(text: LocalizedText | None) -> civil_pb2.LocalizedText:
    """Return a text in both languages; None stays absent."""
    if text is None:
        return cast(civil_pb2.LocalizedText, None)
    return civil_pb2.LocalizedText(id=text.id, en=text.en)
