"""Domain objects as messages of the contract."""

from datetime import UTC, date, datetime
from typing import cast

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import (
    adjudication_pb2,
    admin_pb2,
    applications_pb2,
    outages_pb2,
    schedule_pb2,
)
from passport.type.v1 import biometrics_pb2, civil_pb2

from issuance.domain.adjudication_task import AdjudicationTask
from issuance.domain.collection_schedule import ScheduleRow
from issuance.domain.formatting import LocalizedText
from issuance.domain.history import HistoryEntry
from issuance.serialization import PRIORITY_CLASSES, calendar_date
from issuance.service.enum_codes import (
    ADJUDICATION_CAUSES,
    APPLICATION_STATES,
    APPLICATION_TYPES,
    NOTICE_KINDS,
    OUTAGE_SCOPES,
    OUTBOX_RESPONSIBLE_PARTIES,
    RESPONSIBLE_PARTIES,
    TASK_STATES,
    VERDICTS,
)
from issuance.store.notice_records import NoticeRecord
from issuance.store.outage_records import OutageRecord
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.service_status import ServiceStatus


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
        waiting=_waiting(details),
        first_promised_collection_date=optional_date(case.first_promised_collection_date),
        promised_collection_date=optional_date(case.promised_collection_date),
        date_change_reason=localized_text(case.date_change_reason),
        service_seconds=int(details.clock.service_time.total_seconds()),
        elapsed_seconds=int(details.clock.elapsed_time.total_seconds()),
        document_number=case.document_number,
        book_serial=case.book_serial,
        decision_id=case.decision_id,
        refusal_reason=localized_text(case.refusal_reason),
        handed_over_at=timestamp(case.handed_over_at),
        own_record_first=case.own_record_first,
    )


def _waiting(details: ApplicationDetails) -> applications_pb2.Waiting:
    if details.waiting_on is None:
        return cast(applications_pb2.Waiting, None)
    return applications_pb2.Waiting(
        responsible_party=RESPONSIBLE_PARTIES[details.waiting_on.responsible_party],
        since=timestamp(details.case.state_since),
        what=localized_text(details.waiting_on.what),
        outage_id=details.outage,
        expected_until=timestamp(details.expected_until),
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
    )


def adjudication_task(task: AdjudicationTask) -> adjudication_pb2.AdjudicationTask:
    """Return an adjudication task."""
    return adjudication_pb2.AdjudicationTask(
        task_id=task.id,
        application_id=task.case,
        office=task.office,
        person_id=task.person_id,
        cause=ADJUDICATION_CAUSES[task.cause],
        state=TASK_STATES[task.adjudication.state],
        decision_id=task.decision_id,
        candidates=_candidates(task),
        examinations=_examinations(task),
        claimed_by=task.adjudication.claimed_by or "",
        opened_at=timestamp(task.opened_at),
        closed_at=timestamp(task.closed_at),
    )


def _candidates(task: AdjudicationTask) -> list[adjudication_pb2.TaskCandidate]:
    return [
        adjudication_pb2.TaskCandidate(
            person_id=candidate.person_id,
            score=biometrics_pb2.Score(value=candidate.score, calibration_version=task.calibration),
            hit=candidate.hit,
        )
        for candidate in task.candidates
    ]


def _examinations(task: AdjudicationTask) -> list[adjudication_pb2.Examination]:
    return [
        adjudication_pb2.Examination(
            by=examination.by,
            verdict=VERDICTS[examination.verdict],
            reason=examination.reason,
            at=timestamp(examination.at),
        )
        for examination in task.adjudication.examinations
    ]


def outage(record: OutageRecord) -> outages_pb2.Outage:
    """Return an outage."""
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
        applications=record.cases,
    )


def notice(record: NoticeRecord) -> schedule_pb2.Notice:
    """Return a notice that was sent."""
    return schedule_pb2.Notice(
        notice_id=record.id,
        application_id=record.notice.application,
        office=record.office,
        kind=NOTICE_KINDS[record.notice.kind],
        collect_on=optional_date(record.notice.collect_on),
        text=localized_text(record.notice.text),
        at=timestamp(record.at),
    )


def schedule_row(row: ScheduleRow) -> schedule_pb2.ScheduleRow:
    """Return one row of the collection schedule."""
    return schedule_pb2.ScheduleRow(
        applied_on=calendar_date(row.applied_on),
        collect_on=optional_date(row.collect_on),
        count=row.count,
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
                oldest=_age(backlog.oldest, now),
                outage_id=outage_id,
                responsible_party=OUTBOX_RESPONSIBLE_PARTIES[backlog.kind],
            )
            for backlog, outage_id in status.outbox
        ],
        outages=[outage(record) for record in status.outages],
        open_tasks=status.open_tasks,
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
