"""How examiners work on adjudication tasks: claim, release, decide; a decision moves the case."""

from dataclasses import replace
from datetime import datetime

from issuance.domain import case_decision, case_identification
from issuance.domain.actor import Actor
from issuance.domain.adjudication_task import Adjudication, AdjudicationTask, Examination, Verdict
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.formatting import LocalizedText
from issuance.domain.history import EventDetails
from issuance.domain.separation_of_duties import NOT_THE_EXAMINERS
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.create_application import compared_with_earlier, require_no_open_application
from issuance.use_cases.merge_persons import has_a_past, merge_persons

DUPLICATE_REASON = LocalizedText(
    "pemohon tercatat dengan identitas lain", "the applicant is on record under another identity"
)


async def claim_task(records: Records, task_id: str, by: Actor, now: datetime) -> AdjudicationTask:
    """Claim a task for an examiner. Raises TaskNotFound and what `Adjudication.claim` raises."""
    task = await records.adjudication_tasks.get(task_id)
    history = await records.history.of_case(task.case)
    adjudication = replace(
        task.adjudication,
        excluded=frozenset(entry.person for entry in history if entry.event in NOT_THE_EXAMINERS),
        examined_earlier_by=await records.adjudication_tasks.examiners_of(task.case, but=task.id),
    )
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
    person_id: str = "",
) -> AdjudicationTask:
    """Add an examiner's verdict to a task; if that decides it, apply it to the case.

    person_id: the candidate who is the applicant, for SAME_PERSON.
    Raises TaskNotFound, TaskClosed, TaskNotClaimed, NotACandidate, ApplicationOpen, MergePending.
    """
    task = await records.adjudication_tasks.get(task_id)
    task.require_candidate(verdict, person_id)
    adjudication = task.adjudication.decide(by.uri, verdict, reason, now, person_id)
    if adjudication.deciding is None:
        return await _save(records, task, adjudication)
    case = case_identification.without_identification_due(await records.cases.get(task.case))
    event, decided = await _decided(
        records, task, case, adjudication.deciding, by, now, apply_transition
    )
    await apply_transition(records, decided, event, by, now, EventDetails(reason=reason))
    return await _save(records, replace(task, closed_at=now), adjudication)


async def withdraw_tasks(records: Records, case: str, now: datetime) -> None:
    """Close the task of a case that left adjudication without a decision."""
    for task in await records.adjudication_tasks.of_case(case):
        if task.closed_at is None:
            closed = replace(task.adjudication, claimed_by=None, claimed_at=None, withdrawn=True)
            await _save(records, replace(task, closed_at=now), closed)


async def _decided(
    records: Records,
    task: AdjudicationTask,
    case: Case,
    examination: Examination,
    by: Actor,
    now: datetime,
    apply_transition: ApplyTransition,
) -> tuple[ApplicationEvent, Case]:
    if examination.verdict is Verdict.CLEARED:
        return ApplicationEvent.CLEAR, case
    if examination.verdict is Verdict.DUPLICATE:
        return ApplicationEvent.CONFIRM_DUPLICATE, case_decision.refused(case, DUPLICATE_REASON)
    await records.person_merges.lock()
    into = await records.person_merges.current(examination.person_id)
    persons = await records.adjudication_tasks.persons_of(case) | {into}
    await require_no_open_application(records, persons, by, but=case.id)
    if into != case.person_id and await has_a_past(records, case):
        reason = examination.reason
        await merge_persons(records, case, into, task.id, by, now, reason, apply_transition)
    linked = case_identification.linked_to(case, into)
    return ApplicationEvent.LINK_PERSON, await compared_with_earlier(records, linked)


async def _save(
    records: Records, task: AdjudicationTask, adjudication: Adjudication
) -> AdjudicationTask:
    changed = replace(task, adjudication=adjudication)
    await records.adjudication_tasks.save(changed)
    return changed
