"""Adjudication tasks as messages of the contract."""

from collections.abc import Mapping, Sequence

from passport.issuance.v1 import adjudication_pb2 as pb
from passport.type.v1 import biometrics_pb2

from issuance.domain.adjudication_task import AdjudicationTask
from issuance.domain.case import Case
from issuance.domain.person_merge import PersonMerge
from issuance.service.encode_values import timestamp
from issuance.service.enum_codes import ADJUDICATION_CAUSES, TASK_STATES, VERDICTS


def adjudication_task(
    task: AdjudicationTask, earlier: Sequence[Case], current: Mapping[str, str]
) -> pb.AdjudicationTask:
    """Return an adjudication task. earlier: applications of its candidates, oldest first.

    current: who each candidate is now, if persons were merged since.
    """
    return pb.AdjudicationTask(
        task_id=task.id,
        application_id=task.case,
        office=task.office,
        person_id=task.person_id,
        cause=ADJUDICATION_CAUSES[task.cause],
        state=TASK_STATES[task.adjudication.state],
        decision_id=task.decision_id,
        candidates=_candidates(task, earlier, current),
        clearances_needed=task.adjudication.clearances_needed,
        hits_total=task.hits_total,
        examinations=_examinations(task),
        claimed_by=task.adjudication.claimed_by or "",
        opened_at=timestamp(task.opened_at),
        closed_at=timestamp(task.closed_at),
    )


def person_merge(merge: PersonMerge) -> pb.PersonMerge:
    """Return a merge of persons, and what was done to undo it."""
    encoded = pb.PersonMerge(
        task_id=merge.id,
        application_id=merge.case,
        office=merge.office,
        from_person_id=merge.from_person,
        into_person_id=merge.into_person,
        merged_at=timestamp(merge.at),
        merged_by=merge.by,
        undone_at=timestamp(merge.undone_at),
        undone_by=merge.undone_by,
        reason=merge.reason,
        moved_application_ids=merge.cases_moved,
        superseded_document_number=merge.superseded_document,
    )
    if proposal := merge.undo_proposal:
        encoded.undo_proposed_by = proposal.by
        encoded.undo_reason = proposal.reason
        encoded.undo_application_ids.extend(proposal.applications)
        encoded.undo_proposed_at.CopyFrom(timestamp(proposal.at))
    return encoded


def _candidates(
    task: AdjudicationTask, earlier: Sequence[Case], current: Mapping[str, str]
) -> list[pb.TaskCandidate]:
    return [
        pb.TaskCandidate(
            person_id=candidate.person_id,
            score=biometrics_pb2.Score(value=candidate.score, calibration_version=task.calibration),
            hit=candidate.hit,
            applications=[
                _earlier_application(case)
                for case in earlier
                if case.person_id == current[candidate.person_id]
            ],
        )
        for candidate in task.candidates
    ]


def _earlier_application(case: Case) -> pb.EarlierApplication:
    return pb.EarlierApplication(
        application_id=case.id,
        office=case.office,
        state=case.state,
        created_at=timestamp(case.created_at),
    )


def _examinations(task: AdjudicationTask) -> list[pb.Examination]:
    return [
        pb.Examination(
            by=examination.by,
            verdict=VERDICTS[examination.verdict],
            reason=examination.reason,
            at=timestamp(examination.at),
            person_id=examination.person_id,
        )
        for examination in task.adjudication.examinations
    ]
