"""Cases, their history, their fingers."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.case import ApplicationNotFound, Case, Entry
from issuance.domain.notices import Notice
from issuance.domain.plan import Waiting
from issuance.domain.schedule import Row as Collection
from issuance.domain.states import QUEUED, State
from issuance.domain.words import Text
from issuance.store.tables import applications, counters, history, samples
from issuance.use_cases.kept import InQueue, Page

_FIELDS = [field.name for field in fields(Case)]
_COLUMNS = [applications.c[name] for name in _FIELDS]
_ENTRY = [history.c[field.name] for field in fields(Entry)]
_BOOKLESS = QUEUED | {State.PRINTING}
_PRINTED = frozenset({State.PRINTING, State.READY, State.HANDED_OVER})
_TELL = (
    update(applications)
    .where(applications.c.id == bindparam("told"))
    .values(
        revision=applications.c.revision + 1,
        date_change_reason=bindparam("why"),
        delayed=bindparam("day", type_=Date).is_(None),
        promised_collection_date=func.coalesce(
            bindparam("day", type_=Date), applications.c.promised_collection_date
        ),
    )
)


def values(item: Any, names: Sequence[str]) -> dict[str, Any]:
    """The fields of a dataclass, by name."""
    return {name: getattr(item, name) for name in names}


class CaseStore:
    """Implements `use_cases.case_records.Cases`. writes: whether the transaction does."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, case: Case) -> None:
        """A new case."""
        await self._connection.execute(insert(applications).values(**values(case, _FIELDS)))

    async def get(self, case: str) -> Case:
        """Locked where the transaction writes."""
        statement = select(*_COLUMNS).where(applications.c.id == case)
        if self._writes:  # links of outages may still point to it meanwhile
            statement = statement.with_for_update(key_share=True)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise ApplicationNotFound("there is no such application", field="application_id")
        return _case(row)

    async def save(self, case: Case) -> None:
        """Its next revision; a lost race is an error of ours, since `get` locks."""
        statement = (
            update(applications)
            .where(applications.c.id == case.id, applications.c.revision == case.revision - 1)
            .values(**values(case, _FIELDS))
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise RuntimeError(f"application {case.id} is not at revision {case.revision - 1}")

    async def told(self, notices: Sequence[Notice], why: Text) -> Sequence[Notice]:
        """Another day, or none."""
        c = applications.c
        waiting = select(c.id).where(
            c.id.in_([notice.application for notice in notices]), c.state.in_(_BOOKLESS)
        )
        locked = waiting.with_for_update(key_share=True)
        ids = {row.id for row in await self._connection.execute(locked)}
        told = [notice for notice in notices if notice.application in ids]
        if told:
            days = [{"told": n.application, "day": n.collect_on} for n in told]
            await self._connection.execute(_TELL, [{**day, "why": why} for day in days])
        return told

    async def page(
        self, page: Page, office: str | None, state: State | None
    ) -> Sequence[tuple[int, Case]]:
        """In order of their making."""
        c = applications.c
        statement = select(c.number, *_COLUMNS).where(c.number > page.after)
        if office is not None:
            statement = statement.where(c.office == office)
        if state is not None:
            statement = statement.where(c.state == state)
        rows = await self._connection.execute(statement.order_by(c.number).limit(page.size))
        return [(row.number, _case(row)) for row in rows]

    async def note(self, entry: Entry) -> None:
        """One more line of history."""
        names = [field.name for field in fields(Entry)]
        await self._connection.execute(insert(history).values(**values(entry, names)))

    async def history(self, case: str) -> Sequence[Entry]:
        """Oldest first."""
        statement = select(*_ENTRY).where(history.c.case == case).order_by(history.c.number)
        return [Entry(*row) for row in await self._connection.execute(statement)]

    async def queue(self, office: str) -> Sequence[InQueue]:
        """Complete cases without a book in hand, in order of completion."""
        c = applications.c
        statement = (
            select(
                c.id, c.applied_on, c.due_on, c.priority_class, c.state, c.promised_collection_date, c.completed_at,
                c.delayed,
            )
            .where(c.office == office, c.state.in_(_BOOKLESS))
            .order_by(c.place)
        )  # fmt: skip
        return [
            InQueue(
                Waiting(row.id, row.applied_on, row.due_on, row.priority_class),
                row.state,
                row.promised_collection_date,
                row.completed_at,
                row.delayed,
            )
            for row in await self._connection.execute(statement)
        ]

    async def released(self, office: str, day: date) -> int:
        """How many were sent to the machines on a day."""
        c = applications.c
        return await self._count(c.office == office, c.released_on == day, c.state.in_(_PRINTED))

    async def to_collect(self, office: str) -> Sequence[Collection]:
        """Days of completion and of collection of those whose passport lies ready."""
        c = applications.c
        statement = (
            select(c.applied_on, c.promised_collection_date, func.count())
            .where(c.office == office, c.state == State.READY)
            .group_by(c.applied_on, c.promised_collection_date)
        )
        return [Collection(*row) for row in await self._connection.execute(statement)]

    async def keep_fingers(self, case: str, fingers: bytes) -> None:
        """Until the matcher has them; they replace earlier ones."""
        await self.drop_fingers(case)
        await self._connection.execute(insert(samples).values(case=case, fingers=fingers))

    async def fingers(self, case: str) -> bytes:
        """What was kept; empty when nothing is."""
        statement = select(samples.c.fingers).where(samples.c.case == case)
        return await self._connection.scalar(statement) or b""

    async def drop_fingers(self, case: str) -> None:
        """Nothing of them stays."""
        await self._connection.execute(samples.delete().where(samples.c.case == case))

    async def by_state(self) -> Mapping[State, int]:
        """How many are in each state."""
        c = applications.c
        statement = select(c.state, func.count().label("many")).group_by(c.state)
        return {row.state: row.many for row in await self._connection.execute(statement)}

    async def next(self, counter: str) -> int:
        """Without gaps in committed transactions: the row stays locked until the commit."""
        c = counters.c
        statement = update(counters).where(c.name == counter).values(value=c.value + 1)
        result = await self._connection.execute(statement.returning(c.value))
        return int(result.scalar_one())

    async def _count(self, *conditions: Any) -> int:
        statement = select(func.count()).select_from(applications).where(*conditions)
        return await self._connection.scalar(statement) or 0


def _case(row: Row[Any]) -> Case:
    return Case(**{name: getattr(row, name) for name in _FIELDS})
