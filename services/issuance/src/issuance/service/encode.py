"""From the domain to the wire."""

from datetime import UTC, datetime
from typing import cast

from google.protobuf.duration_pb2 import Duration
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import operations_pb2 as ops
from passport.type.v1 import biometrics_pb2, civil_pb2

from issuance.domain.case import Entry
from issuance.service.words import (
    CAUSES,
    NOTICE_KINDS,
    OWNERS,
    SCOPES,
    STATES,
    TASK_STATES,
    TURNS,
    TYPES,
    VERDICTS,
    localized,
    optional_date,
    timestamp,
)
from issuance.use_cases.kept import KeptNotice, KeptOutage, Question
from issuance.use_cases.status import Status
from issuance.use_cases.view import View
from issuance.wire import LANES


def application(view: View) -> apps.Application:
    """An application as it is at the moment of looking."""
    case = view.case
    return apps.Application(
        application_id=case.id,
        office=case.office,
        type=TYPES[case.type],
        lane=LANES[case.lane],
        holder=civil_pb2.BiographicData.FromString(case.holder),
        person_id=case.person_id,
        state=STATES[case.state],
        revision=case.revision,
        created_at=timestamp(case.created_at),
        completed_at=timestamp(case.completed_at),
        waiting=_waiting(view),
        first_promised_on=optional_date(case.first_promised_on),
        promised_on=optional_date(case.promised_on),
        moved_because=localized(case.moved_because),
        service_seconds=int(view.elapsed.promised.total_seconds()),
        elapsed_seconds=int(view.elapsed.real.total_seconds()),
        document_number=case.document_number,
        book_serial=case.book_serial,
        decision_id=case.decision_id,
        refused_because=localized(case.refused_because),
        handed_over_at=timestamp(case.handed_over_at),
        own_record_first=case.own_record_first,
    )


def _waiting(view: View) -> apps.Waiting:
    if view.wait is None:
        return cast(apps.Waiting, None)
    return apps.Waiting(
        turn=TURNS[view.wait.turn],
        since=timestamp(view.case.since),
        what=localized(view.wait.what),
        outage_id=view.outage,
        expected_until=timestamp(view.expected_until),
    )


def entry(entry: Entry) -> apps.HistoryEntry:
    """One line of history."""
    return apps.HistoryEntry(
        event=entry.event,
        to=STATES[entry.target],
        by=entry.by,
        at=timestamp(entry.at),
        why=entry.why,
        **{"from": STATES[entry.source]} if entry.source else {},
    )


def task(question: Question) -> tasks.Task:
    """An examiner's task."""
    return tasks.Task(
        task_id=question.id,
        application_id=question.case,
        office=question.office,
        person_id=question.person_id,
        cause=CAUSES[question.cause],
        state=TASK_STATES[question.task.state],
        decision_id=question.decision_id,
        candidates=_candidates(question),
        looks=_looks(question),
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


def _looks(question: Question) -> list[tasks.Look]:
    return [
        tasks.Look(
            by=look.by, verdict=VERDICTS[look.verdict], reason=look.why, at=timestamp(look.at)
        )
        for look in question.task.looks
    ]


def outage(kept: KeptOutage) -> ops.Outage:
    """An outage."""
    found = kept.outage
    return ops.Outage(
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


def notice(kept: KeptNotice) -> ops.Notice:
    """Something an applicant was told."""
    return ops.Notice(
        notice_id=kept.id,
        application_id=kept.notice.application,
        office=kept.office,
        kind=NOTICE_KINDS[kept.notice.kind],
        collect_on=optional_date(kept.notice.collect_on),
        text=localized(kept.notice.text),
        at=timestamp(kept.at),
    )


def status(found: Status, now: datetime) -> ops.IssuanceStatus:
    """How issuance is. now: business time."""
    return ops.IssuanceStatus(
        applications={state.value: count for state, count in found.cases.items()},
        owed=[
            ops.OwedWork(
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
