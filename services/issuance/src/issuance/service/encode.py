"""From the domain to the wire."""

from datetime import UTC, datetime
from typing import cast

from google.protobuf.duration_pb2 import Duration
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import admin_pb2, outages_pb2, schedule_pb2
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import biometrics_pb2, civil_pb2

from issuance.domain.case import Entry
from issuance.service.words import (
    CAUSES,
    NOTICE_KINDS,
    OWNERS,
    RESPONSIBLE_PARTIES,
    SCOPES,
    STATES,
    TASK_STATES,
    TYPES,
    VERDICTS,
    localized,
    optional_date,
    timestamp,
)
from issuance.use_cases.kept import KeptNotice, KeptOutage, Question
from issuance.use_cases.status import Status
from issuance.use_cases.view import View
from issuance.wire import PRIORITY_CLASSES


def application(view: View) -> apps.Application:
    """An application as it is at the moment of looking."""
    case = view.case
    return apps.Application(
        application_id=case.id,
        office=case.office,
        type=TYPES[case.type],
        priority_class=PRIORITY_CLASSES[case.priority_class],
        holder=civil_pb2.BiographicData.FromString(case.holder),
        person_id=case.person_id,
        state=STATES[case.state],
        revision=case.revision,
        created_at=timestamp(case.created_at),
        completed_at=timestamp(case.completed_at),
        waiting=_waiting(view),
        first_promised_collection_date=optional_date(case.first_promised_collection_date),
        promised_collection_date=optional_date(case.promised_collection_date),
        date_change_reason=localized(case.date_change_reason),
        service_seconds=int(view.elapsed.promised.total_seconds()),
        elapsed_seconds=int(view.elapsed.real.total_seconds()),
        document_number=case.document_number,
        book_serial=case.book_serial,
        decision_id=case.decision_id,
        refusal_reason=localized(case.refusal_reason),
        handed_over_at=timestamp(case.handed_over_at),
        own_record_first=case.own_record_first,
    )


def _waiting(view: View) -> apps.Waiting:
    if view.wait is None:
        return cast(apps.Waiting, None)
    return apps.Waiting(
        responsible_party=RESPONSIBLE_PARTIES[view.wait.responsible_party],
        since=timestamp(view.case.since),
        what=localized(view.wait.what),
        outage_id=view.outage,
        expected_until=timestamp(view.expected_until),
    )


def entry(entry: Entry) -> apps.HistoryEntry:
    """One line of history."""
    return apps.HistoryEntry(
        event=entry.event,
        to_state=STATES[entry.target],
        by=entry.by,
        at=timestamp(entry.at),
        why=entry.why,
        from_state=STATES[entry.source] if entry.source else apps.APPLICATION_STATE_UNSPECIFIED,
    )


def task(question: Question) -> tasks.AdjudicationTask:
    """An examiner's task."""
    return tasks.AdjudicationTask(
        task_id=question.id,
        application_id=question.case,
        office=question.office,
        person_id=question.person_id,
        cause=CAUSES[question.cause],
        state=TASK_STATES[question.task.state],
        decision_id=question.decision_id,
        candidates=_candidates(question),
        examinations=_looks(question),
        claimed_by=question.task.claimed_by or "",
        opened_at=timestamp(question.opened_at),
        closed_at=timestamp(question.closed_at),
    )


def _candidates(question: Question) -> list[tasks.TaskCandidate]:
    return [
        tasks.TaskCandidate(
            person_id=found.person_id,
            score=biometrics_pb2.Score(value=found.score, calibration_version=question.calibration),
            hit=found.hit,
        )
        for found in question.candidates
    ]


def _looks(question: Question) -> list[tasks.Examination]:
    return [
        tasks.Examination(
            by=look.by, verdict=VERDICTS[look.verdict], reason=look.why, at=timestamp(look.at)
        )
        for look in question.task.looks
    ]


def outage(kept: KeptOutage) -> outages_pb2.Outage:
    """An outage."""
    found = kept.outage
    return outages_pb2.Outage(
        outage_id=kept.id,
        scope=SCOPES[found.scope],
        office=found.office,
        cause=found.cause,
        automatic=found.automatic,
        began_at=timestamp(found.began),
        ended_at=timestamp(found.ended),
        expected_end=timestamp(found.expected_end),
        declared_by=found.declared_by,
        applications=kept.cases,
    )


def notice(kept: KeptNotice) -> schedule_pb2.Notice:
    """Something an applicant was told."""
    return schedule_pb2.Notice(
        notice_id=kept.id,
        application_id=kept.notice.application,
        office=kept.office,
        kind=NOTICE_KINDS[kept.notice.kind],
        collect_on=optional_date(kept.notice.collect_on),
        text=localized(kept.notice.text),
        at=timestamp(kept.at),
    )


def status(found: Status, now: datetime) -> admin_pb2.IssuanceStatus:
    """How issuance is. now: business time."""
    return admin_pb2.IssuanceStatus(
        applications={state.value: count for state, count in found.cases.items()},
        outbox=[
            admin_pb2.OutboxBacklog(
                kind=owed.kind.value,
                count=owed.count,
                leased=owed.leased,
                failing=owed.failing,
                oldest=_age(owed.oldest, now),
                outage_id=outage_id,
                owner=OWNERS[owed.kind],
            )
            for owed, outage_id in found.owed
        ],
        outages=[outage(kept) for kept in found.outages],
        open_tasks=found.open_tasks,
    )


def _age(since: datetime, now: datetime) -> Duration:
    age = Duration()
    age.FromTimedelta(max(now.astimezone(UTC), since) - since)
    return age
