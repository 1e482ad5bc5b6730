"""Adjudication tasks and their examinations in the database."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.adjudication_task import (
    UNDECIDED_TASK_STATES,
    Adjudication,
    AdjudicationTask,
    Examination,
    TaskNotFound,
    TaskState,
)
from issuance.domain.case import Case
from issuance.store.field_values import field_values
from issuance.store.lock_order import lock_case_first
from issuance.store.page_request import PageRequest
from issuance.store.person_merge_records import PersonMergeRecords
from issuance.store.tables.adjudication import adjudication_tasks, examinations

_FIELDS = (
    "id", "case", "office", "person_id", "cause", "decision_id", "candidates", "calibration",
    "opened_at", "closed_at", "hits_total",
)  # fmt: skip
_EXAMINATION = ("by", "verdict", "reason", "at", "person_id")


class AdjudicationRecords:
    """Reads and writes tasks. writes: whether the transaction writes, so that rows are locked."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, task: AdjudicationTask) -> None:
        """Insert a new task, without examinations."""
        await self._connection.execute(
            insert(adjudication_tasks).values(
                **field_values(task, _FIELDS), **_claim(task.adjudication)
            )
        )

    async def get(self, task: str) -> AdjudicationTask:
        """Return the task, locked with its case if the transaction writes. Raises TaskNotFound."""
        c = adjudication_tasks.c
        statement = select(adjudication_tasks).where(c.id == task)
        if self._writes:
            case = select(c.case).where(c.id == task).scalar_subquery()
            await lock_case_first(self._connection, case)
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise TaskNotFound("there is no such task", field="task_id")
        examined = await self._examinations([task])
        return _task(row, examined.get(task, ()))

    async def save(self, task: AdjudicationTask) -> None:
        """Store the claim, the examinations that are new, and the closing time."""
        statement = update(adjudication_tasks).where(adjudication_tasks.c.id == task.id)
        await self._connection.execute(
            statement.values(closed_at=task.closed_at, **_claim(task.adjudication))
        )
        stored = len((await self._examinations([task.id])).get(task.id, ()))
        new = task.adjudication.examinations[stored:]
        for nth, examination in enumerate(new, start=stored):
            row = field_values(examination, _EXAMINATION)
            await self._connection.execute(
                insert(examinations).values(task=task.id, nth=nth, **row)
            )

    async def of_case(self, case: str) -> Sequence[AdjudicationTask]:
        """Return the tasks of a case, oldest first."""
        c = adjudication_tasks.c
        statement = select(c.id).where(c.case == case).order_by(c.number)
        return [await self.get(id) for id in await self._connection.scalars(statement)]

    async def examiners_of(self, case: str, but: str = "") -> frozenset[str]:
        """Return the identities of all who gave a verdict on a case. but: not in this task."""
        tasks = adjudication_tasks.c
        statement = select(examinations.c.by).join(
            adjudication_tasks, tasks.id == examinations.c.task
        )
        statement = statement.where(tasks.case == case, tasks.id != but)
        return frozenset(await self._connection.scalars(statement))

    async def give_back(self, cases: Collection[str], into_person: str, from_person: str) -> None:
        """Record that these cases were never taken in for the one person, but for the other."""
        c = adjudication_tasks.c
        statement = update(adjudication_tasks).where(c.case.in_(cases), c.person_id == into_person)
        await self._connection.execute(statement.values(person_id=from_person))

    async def persons_of(self, case: Case) -> frozenset[str]:
        """Return all persons on record who are the applicant of a case.

        More than one if examiners linked the case with another than it was taken in for, or found
        persons to be one.
        """
        c = adjudication_tasks.c
        statement = select(c.person_id).where(c.case == case.id, c.state == TaskState.LINKED)
        linked = frozenset(await self._connection.scalars(statement)) | {case.person_id}
        merges = PersonMergeRecords(self._connection)
        return linked.union(*[await merges.merged_into(person) for person in linked])

    async def page(
        self, page: PageRequest, office: str | None, states: Collection[TaskState]
    ) -> Sequence[tuple[int, AdjudicationTask]]:
        """Return row numbers and tasks in these states, oldest first. office None: any."""
        c = adjudication_tasks.c
        statement = select(adjudication_tasks).where(c.number > page.after, c.state.in_(states))
        if office is not None:
            statement = statement.where(c.office == office)
        statement = statement.order_by(c.number).limit(page.size)
        rows = (await self._connection.execute(statement)).all()
        examined = await self._examinations([row.id for row in rows])
        return [(row.number, _task(row, examined.get(row.id, ()))) for row in rows]

    async def count_undecided(self) -> int:
        """Return how many tasks are not decided yet."""
        undecided = adjudication_tasks.c.state.in_(UNDECIDED_TASK_STATES)
        statement = select(func.count()).select_from(adjudication_tasks).where(undecided)
        return int((await self._connection.execute(statement)).scalar_one())

    async def _examinations(self, tasks: Collection[str]) -> Mapping[str, tuple[Examination, ...]]:
        c = examinations.c
        statement = select(examinations).where(c.task.in_(tasks)).order_by(c.task, c.nth)
        found: dict[str, tuple[Examination, ...]] = {}
        for row in await self._connection.execute(statement):
            examination = Examination(**field_values(row, _EXAMINATION))
            found[row.task] = (*found.get(row.task, ()), examination)
        return found


def _claim(adjudication: Adjudication) -> dict[str, Any]:
    return field_values(adjudication, ("state", "claimed_by", "claimed_at", "clearances_needed"))


def _task(row: Row[Any], examined: tuple[Examination, ...]) -> AdjudicationTask:
    adjudication = Adjudication(
        frozenset(),
        examined,
        row.claimed_by,
        row.claimed_at,
        row.clearances_needed,
        row.state is TaskState.WITHDRAWN,
    )
    return AdjudicationTask(adjudication=adjudication, **field_values(row, _FIELDS))
