"""Persons whom examiners find to be one, and a matcher that merges them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.tables.adjudication import adjudication_tasks
from issuance.use_cases.merge_at_matcher import MergeAtMatcher
from issuance.use_cases.ports import Unavailable
from sqlalchemy import select

from .workflow import Workflow

RENEWAL, SAME = ApplicationType.RENEWAL, Verdict.SAME_PERSON
ANI, BUDI = Candidate("ani", 11.0), Candidate("budi", 10.0)


@dataclass
class MergingMatcher:
    """Keeps what it is asked. is_away: whether it answers. has_merged: whether nothing is left.

    loses_answers: whether it does what it is asked, and nobody hears that.
    """

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    undone: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False
    loses_answers: bool = False
    has_merged: bool = False

    async def merge_persons(
        self, request_id: str, from_person: str, into_person: str, on_behalf_of: str
    ) -> str:
        if self.is_away:
            raise Unavailable("the matcher is away")
        self.asked.append((from_person, into_person, request_id))
        if self.loses_answers:
            raise Unavailable("the answer was lost")
        return "" if self.has_merged else f"merge of {from_person}"

    async def undo_merge(self, request_id: str, merge: str, on_behalf_of: str) -> None:
        if self.is_away:
            raise Unavailable("the matcher is away")
        self.undone.append((merge, request_id))


async def has_passport(workflow: Workflow, person: str) -> str:
    """Somebody renews, and is handed the passport; return the id of the application."""
    id = await workflow.becomes_ready(type=RENEWAL, person_id=person)
    await workflow.hands_over(id)
    return id


async def both_have_passports(workflow: Workflow) -> tuple[str, str]:
    """Budi has a passport, and ani a later one; return the ids of the applications of both."""
    of_budi = await has_passport(workflow, "budi")
    workflow.clock("2018-10-29 09:00")
    of_ani = await has_passport(workflow, "ani")
    workflow.clock("2018-10-30 09:00")
    return of_ani, of_budi


async def renews_and_is_found_twice(workflow: Workflow, *found: Candidate) -> str:
    """Ani renews, and examiners find that she is budi."""
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(*(found or (ANI, BUDI)))
    await is_linked(workflow, "budi")
    return id


async def is_linked(
    workflow: Workflow, person: str, examiners: Sequence[str] = ("eko", "fitri")
) -> None:
    """Two examiners find that an applicant is this person on record."""
    (task,) = await workflow.tasks()
    for examiner in examiners:
        await workflow.examines(task.id, examiner, SAME, person)


async def moves_encounters(workflow: Workflow) -> None:
    """The matcher does what it is asked about single encounters."""
    for task in await workflow.leases(OutboxTaskKind.SET_ENCOUNTER_STATUS):
        async with workflow.store.begin() as records:
            await records.outbox.complete(task)


async def merges(workflow: Workflow, matcher: MergingMatcher) -> None:
    """The matcher merges whom it is asked to."""
    await moves_encounters(workflow)
    for task in await workflow.leases(OutboxTaskKind.MERGE_PERSONS):
        await MergeAtMatcher(workflow.store, matcher)(task)


async def merge_of(workflow: Workflow, id: str) -> str:
    """Return the id of the task by whose verdicts the person of an application was merged."""
    c = adjudication_tasks.c
    async with workflow.store.read() as records:
        return str(await records.connection.scalar(select(c.id).where(c.case == id)))


async def is_undone(workflow: Workflow, id: str, *applications: str) -> str:
    """Two examiners find that the merge by an application was a mistake; return its id."""
    task = await merge_of(workflow, id)
    await workflow.finds_two(task, "gita", *applications)
    await workflow.finds_two(task, "hana", *applications)
    return task
