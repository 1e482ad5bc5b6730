"""Examiners' tasks and their looks."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.adjudication import Look, Task, TaskState
from issuance.store.cases import values
from issuance.store.tables import looks, tasks
from issuance.use_cases.adjudicate import TaskNotFound
from issuance.use_cases.kept import Page, Question

_SAME = (
    "id", "case", "office", "person_id", "cause", "decision_id", "candidates", "calibration",
    "opened_at", "closed_at",
)  # fmt: skip


class TaskStore:
    """Implements `use_cases.case_records.Tasks`. writes: whether the transaction does."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, question: Question) -> None:
        """A new task, without looks."""
        await self._connection.execute(
            insert(tasks).values(**values(question, _SAME), **_claim(question.task))
        )

    async def get(self, task: str) -> Question:
        """Locked where the transaction writes."""
        statement = select(tasks).where(tasks.c.id == task)
        if self._writes:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise TaskNotFound("there is no such task", field="task_id")
        seen = await self._looks([task])
        return _question(row, seen.get(task, ()))

    async def save(self, question: Question) -> None:
        """The claim, and the looks that are new."""
        task = question.task
        statement = update(tasks).where(tasks.c.id == question.id)
        await self._connection.execute(
            statement.values(closed_at=question.closed_at, **_claim(task))
        )
        kept = len((await self._looks([question.id])).get(question.id, ()))
        for nth, look in enumerate(task.looks[kept:], start=kept):
            await self._connection.execute(
                insert(looks).values(
                    task=question.id,
                    nth=nth,
                    by=look.by,
                    verdict=look.verdict,
                    why=look.why,
                    at=look.at,
                )
            )

    async def page(
        self, page: Page, office: str | None, states: Collection[TaskState]
    ) -> Sequence[tuple[int, Question]]:
        """Oldest first."""
        c = tasks.c
        statement = select(tasks).where(c.number > page.after, c.state.in_(states))
        if office is not None:
            statement = statement.where(c.office == office)
        statement = statement.order_by(c.number).limit(page.size)
        rows = (await self._connection.execute(statement)).all()
        seen = await self._looks([row.id for row in rows])
        return [(row.number, _question(row, seen.get(row.id, ()))) for row in rows]

    async def count_open(self) -> int:
        """Not decided yet."""
        undecided = tasks.c.state.in_([TaskState.OPEN, TaskState.CLAIMED])
        statement = select(func.count()).select_from(tasks).where(undecided)
        return await self._connection.scalar(statement) or 0

    async def _looks(self, ids: Collection[str]) -> Mapping[str, tuple[Look, ...]]:
        statement = select(looks).where(looks.c.task.in_(ids)).order_by(looks.c.task, looks.c.nth)
        seen: dict[str, tuple[Look, ...]] = {}
        for row in await self._connection.execute(statement):
            look = Look(row.by, row.verdict, row.why, row.at)
            seen[row.task] = (*seen.get(row.task, ()), look)
        return seen


def _claim(task: Task) -> dict[str, Any]:
    return {"state": task.state, "claimed_by": task.claimed_by, "claimed_at": task.claimed_at}


def _question(row: Row[Any], seen: tuple[Look, ...]) -> Question:
    task = Task(frozenset(), seen, row.claimed_by, row.claimed_at)
    return Question(task=task, **{name: getattr(row, name) for name in _SAME})
