"""Cases in the database, their place in the queue, and their fingers until the matcher has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.case import ApplicationNotFound, Case
from issuance.domain.collection_plan import WaitingCase
from issuance.domain.collection_schedule import ScheduleRow
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import Notice
from issuance.domain.states import WITHOUT_BOOK, ApplicationState
from issuance.store.field_values import field_values
from issuance.store.page_request import PageRequest
from issuance.store.tables import applications, counters, fingerprints

_FIELDS = [field.name for field in fields(Case)]
_COLUMNS = [applications.c[name] for name in _FIELDS]
_CHANGE_COLLECTION_DATE = (
    update(applications)
    .where(applications.c.id == bindparam("application"))
    .values(
        revision=applications.c.revision + 1,
        date_change_reason=bindparam("reason"),
        delayed=bindparam("collect_on", type_=Date).is_(None),
        promised_collection_date=func.coalesce(
            bindparam("collect_on", type_=Date), applications.c.promised_collection_date
        ),
    )
)


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """What the plan needs to know of a complete case without a book.

    promised: the collection date last promised. delayed: whether the applicant was notified
    since that it cannot be kept.
    """

    waiting: WaitingCase
    state: ApplicationState
    promised: date
    completed_at: datetime
    delayed: bool


class CaseRecords:
    """Reads and writes cases. writes: whether the transaction writes, so that rows are locked."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, case: Case) -> None:
        """Insert a new case."""
        await self._connection.execute(insert(applications).values(**field_values(case, _FIELDS)))

    async def get(self, case: str) -> Case:
        """Return the case, locked if the transaction writes. Raises ApplicationNotFound."""
        statement = select(*_COLUMNS).where(applications.c.id == case)
        if self._writes:  # outage links may still be added for it meanwhile
            statement = statement.with_for_update(key_share=True)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise ApplicationNotFound("there is no such application", field="application_id")
        return _case(row)

    async def save(self, case: Case) -> None:
        """Update a case whose revision is one more than the stored one.

        Raises RuntimeError if the stored revision is another; since `get` locks the row, that is
        an error of ours.
        """
        statement = (
            update(applications)
            .where(applications.c.id == case.id, applications.c.revision == case.revision - 1)
            .values(**field_values(case, _FIELDS))
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise RuntimeError(f"application {case.id} is not at revision {case.revision - 1}")

    async def change_collection_dates(
        self, notices: Sequence[Notice], reason: LocalizedText
    ) -> Sequence[Notice]:
        """Store the collection dates (or the delay) that notices promise, as next revisions.

        Returns the notices about cases that still wait for a book; only these may be sent.
        """
        c = applications.c
        without_book = select(c.id).where(
            c.id.in_([notice.application for notice in notices]), c.state.in_(WITHOUT_BOOK)
        )
        locked = without_book.with_for_update(key_share=True)
        ids = {row.id for row in await self._connection.execute(locked)}
        valid = [notice for notice in notices if notice.application in ids]
        if valid:
            rows = [
                {"application": n.application, "collect_on": n.collect_on, "reason": reason}
                for n in valid
            ]
            await self._connection.execute(_CHANGE_COLLECTION_DATE, rows)
        return valid

    async def page(
        self, page: PageRequest, office: str | None, state: ApplicationState | None
    ) -> Sequence[tuple[int, Case]]:
        """Return row numbers and cases, in order of their creation. None: any office or state."""
        c = applications.c
        statement = select(c.number, *_COLUMNS).where(c.number > page.after)
        if office is not None:
            statement = statement.where(c.office == office)
        if state is not None:
            statement = statement.where(c.state == state)
        rows = await self._connection.execute(statement.order_by(c.number).limit(page.size))
        return [(row.number, _case(row)) for row in rows]

    async def queue(self, office: str) -> Sequence[QueuedCase]:
        """Return the complete cases of an office without a book, in order of completion."""
        c = applications.c
        statement = (
            select(
                c.id, c.applied_on, c.due_on, c.priority_class, c.state,
                c.promised_collection_date, c.completed_at, c.delayed,
            )
            .where(c.office == office, c.state.in_(WITHOUT_BOOK))
            .order_by(c.queue_number)
        )  # fmt: skip
        return [
            QueuedCase(
                WaitingCase(row.id, row.applied_on, row.due_on, row.priority_class),
                row.state,
                row.promised_collection_date,
                row.completed_at,
                row.delayed,
            )
            for row in await self._connection.execute(statement)
        ]

    async def count_released(self, office: str, day: date) -> int:
        """Return how many cases were released to the printer on a day and not given up since."""
        c = applications.c
        statement = (
            select(func.count())
            .select_from(applications)
            .where(c.office == office, c.released_on == day)
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def ready_to_collect(self, office: str) -> Sequence[ScheduleRow]:
        """Return how many passports are ready, by day of application and of collection."""
        c = applications.c
        statement = (
            select(c.applied_on, c.promised_collection_date, func.count())
            .where(c.office == office, c.state == ApplicationState.READY)
            .group_by(c.applied_on, c.promised_collection_date)
        )
        return [ScheduleRow(*row) for row in await self._connection.execute(statement)]

    async def count_by_state(self) -> Mapping[ApplicationState, int]:
        """Return how many cases are in each state; states without a case are missing."""
        c = applications.c
        statement = select(c.state, func.count().label("cases")).group_by(c.state)
        return {row.state: row.cases for row in await self._connection.execute(statement)}

    async def next_number(self, counter: str) -> int:
        """Return the next number of a counter, from 1 on.

        Committed numbers have no gaps, since the row stays locked until the commit.
        """
        c = counters.c
        statement = update(counters).where(c.name == counter).values(value=c.value + 1)
        result = await self._connection.execute(statement.returning(c.value))
        return int(result.scalar_one())

    async def store_fingers(self, case: str, fingers: bytes) -> None:
        """Store the fingers of a case (a serialized SampleSet) in place of earlier ones."""
        await self.delete_fingers(case)
        await self._connection.execute(insert(fingerprints).values(case=case, samples=fingers))

    async def fingers(self, case: str) -> bytes:
        """Return the stored fingers of a case, a serialized SampleSet; empty if there are none."""
        statement = select(fingerprints.c.samples).where(fingerprints.c.case == case)
        return await self._connection.scalar(statement) or b""

    async def delete_fingers(self, case: str) -> None:
        """Delete the stored fingers of a case."""
        await self._connection.execute(fingerprints.delete().where(fingerprints.c.case == case))


def _case(row: Row[Any]) -> Case:
    return Case(**{name: getattr(row, name) for name in _FIELDS})
