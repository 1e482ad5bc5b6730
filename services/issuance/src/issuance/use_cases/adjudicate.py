"""Examiners at work: claim a task, look, and the case moves by what they see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.adjudication import Task, Verdict
from issuance.domain.case import Actor, Entry
from issuance.domain.states import Event
from issuance.domain.words import Text
from issuance.use_cases.kept import Question
from issuance.use_cases.move import Move
from issuance.use_cases.records import Records

DUPLICATE = Text(
    "pemohon tercatat dengan identitas lain", "the applicant is on record under another identity"
)
_INTAKE = frozenset(
    {
        "create",
        Event.ACCEPT_DOCUMENTS,
        Event.REFUSE_DOCUMENTS,
        Event.RECORD_PAYMENT,
        Event.SUBMIT_BIOMETRICS,
        Event.RECORD_INTERVIEW,
    }
)


class TaskNotFound(DomainError):
    """There is no such task."""

    kind = ErrorKind.NOT_FOUND
    reason = "TASK_NOT_FOUND"


async def claim(records: Records, task: str, by: Actor, now: datetime) -> Question:
    """The task, taken. Raises TaskNotFound and what `Task.claim` raises."""
    question = await records.tasks.get(task)
    own = replace(question.task, taken_in_by=_hands(await records.cases.history(question.case)))
    return await _keep(records, question, own.claim(by.uri, now))


async def give_back(records: Records, task: str, by: Actor) -> Question:
    """The task, open again. Raises TaskNotFound, TaskNotClaimed."""
    question = await records.tasks.get(task)
    return await _keep(records, question, question.task.release(by.uri))


async def decide(
    records: Records,
    task: str,
    verdict: Verdict,
    why: str,
    by: Actor,
    now: datetime,
    move: Move,
) -> Question:
    """The task with one look more; if that decides it, the case moves.

    Raises TaskNotFound, TaskClosed, TaskNotClaimed.
    """
    question = await records.tasks.get(task)
    looked = question.task.decide(by.uri, verdict, why, now)
    if looked.verdict is None:
        return await _keep(records, question, looked)
    case = await records.cases.get(question.case)
    if looked.verdict is Verdict.CLEARED:
        await move(records, case, Event.CLEAR, by, now, why)
    else:
        await move(records, case, Event.CONFIRM_DUPLICATE, by, now, why, refusal_reason=DUPLICATE)
    return await _keep(records, replace(question, closed_at=now), looked)


async def _keep(records: Records, question: Question, task: Task) -> Question:
    kept = replace(question, task=task)
    await records.tasks.save(kept)
    return kept


def _hands(history: Sequence[Entry]) -> frozenset[str]:
    """Everybody who took part in the intake."""
    return frozenset(entry.by for entry in history if entry.event in _INTAKE)
