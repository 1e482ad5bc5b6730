"""How examiners work on adjudication tasks: claim, release, decide; a decision moves the case."""

from dataclasses import replace
from datetime import datetime

from issuance.domain.adjudication_task import Adjudication, AdjudicationTask, Verdict
from issuance.domain.case import Actor
from issuance.domain.formatting import LocalizedText
from issuance.domain.history import INTAKE_EVENTS, EventDetails
from issuance.domain.states import ApplicationEvent
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition

DUPLICATE_REASON = LocalizedText(
    "pemohon tercatat dengan identitas lain", "the applicant is on record under another identity"
)


async def claim_task(records: Records, task_id: str, by: Actor, now: datetime) -> AdjudicationTask:
    """Claim a task for an examiner. Raises TaskNotFound and what `Adjudication.claim` raises."""
    task = await records.adjudication_tasks.get(task_id)
    history = await records.history.of_case(task.case)
    taken_in_by = frozenset(entry.by for entry in history if entry.event in INTAKE_EVENTS)
    adjudication = replace(task.adjudication, taken_in_by=taken_in_by)
    return await _save(records, task, adjudication.claim(by.uri, now))


async def release_task(records: Records, task_id: str, by: Actor) -> AdjudicationTask:
    """Give up the claim on a task. Raises TaskNotFound, TaskNotClaimed."""
    task = await records.adjudication_tasks.get(task_id)
    return await _save(records, task, task.adjudication.release(by.uri))


async def decide_task(
    records: Records,
    task_id: str,
    verdict: Verdict,
    reason: str,
    by: Actor,
    now: datetime,
    apply_transition: ApplyTransition,
) -> AdjudicationTask:
    """Add an examiner's verdict to a task; if that decides it, apply it to the case.

    Raises TaskNotFound, TaskClosed, TaskNotClaimed.
    """
    task = await records.adjudication_tasks.get(task_id)
    adjudication = task.adjudication.decide(by.uri, verdict, reason, now)
    if adjudication.verdict is None:
        return await _save(records, task, adjudication)
    case = await records.cases.get(task.case)
    event = ApplicationEvent.CLEAR
    if adjudication.verdict is Verdict.DUPLICATE:
        event, case = ApplicationEvent.CONFIRM_DUPLICATE, case.refused(DUPLICATE_REASON)
    await apply_transition(records, case, event, by, now, EventDetails(reason=reason))
    return await _save(records, replace(task, closed_at=now), adjudication)


async def _save(
    records: Records, task: AdjudicationTask, adjudication: Adjudication
) -> AdjudicationTask:
    changed = replace(task, adjudication=adjudication)
    await records.adjudication_tasks.save(changed)
    return changed
