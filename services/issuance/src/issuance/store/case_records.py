"""Cases in the database, their place in the queue, and their fingers until the matcher has them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    String,
    and_,
    bindparam,
    func,
    insert,
    literal,
    select,
    true,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy import case as sql_case
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.adjudication_task import TaskState
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.case_errors import ApplicationNotFound, ApplicationOpen
from issuance.domain.collection_plan import PriorityClass, WaitingCase
from issuance.domain.collection_schedule import ScheduleRow
from issuance.domain.notices import Notice
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import (
    AWAITING_PRINT,
    EXAMINED_WHILE_PRINTED,
    FINAL_STATES,
    NOT_READY,
    ApplicationState,
)
from issuance.store.field_values import field_values
from issuance.store.page_request import PageRequest
from issuance.store.tables import (
    adjudication_tasks,
    applications,
    counters,
    fingerprints,
    outbox,
)

UNNUMBERED = {"change": None}
"""What each change of a row sets, so that it gets a change number (`ApplicationChanges`)."""
_FIELDS = [field.name for field in fields(Case)]
CASE_COLUMNS = [applications.c[name] for name in _FIELDS]
_CHANGE_COLLECTION_DATE = (
    update(applications)
    .where(applications.c.id == bindparam("application"))
    .values(
        **UNNUMBERED,
        revision=applications.c.revision + 1,
        date_change_reason=bindparam("reason"),
        delayed=bindparam("collect_on", type_=Date).is_(None),
        change_notified_at=bindparam("notified_at"),
        date_tentative=and_(
            applications.c.date_tentative, bindparam("collect_on", type_=Date).is_(None)
        ),
        promised_collection_date=func.coalesce(
            bindparam("collect_on", type_=Date), applications.c.promised_collection_date
        ),
    )
)


_IS_EMERGENCY = applications.c.emergency_days.is_not(None)
_PRIORITY_CLASS = sql_case(
    (_IS_EMERGENCY, literal(PriorityClass.EMERGENCY, applications.c.priority_class.type)),
    else_=applications.c.priority_class,
)
_DUE_ON = sql_case((_IS_EMERGENCY, applications.c.applied_on), else_=applications.c.due_on)
"""An emergency document is printed first, and collected as soon as it is made."""
_SECOND_OPEN_APPLICATION = (
    'unique constraint "one_open_application_per_person"',
    "UNIQUE constraint failed: applications.person_id",
)
"""How PostgreSQL and SQLite name the index of which a row would be the second."""
_STATES = {state.value: state for state in ApplicationState}
_PRIORITY_CLASSES = {int(each): each for each in PriorityClass}


class QueuedCase(NamedTuple):
    """What the plan needs to know of a complete case without a book.

    promised: the collection date last promised. delayed: whether the applicant was notified
    since that it cannot be kept. change_notified_at: when a change of it was last notified.
    identification_due: whether the passport is not handed over before the applicant is identified.
    A tuple, because a pass makes hundreds of thousands of them.
    """

    waiting: WaitingCase
    state: ApplicationState
    promised: date
    delayed: bool
    change_notified_at: datetime | None
    identification_due: bool = False


class AlikeCases(NamedTuple):
    """How many cases of one state, day of application and class wait before and after a place."""

    state: ApplicationState
    applied_on: date
    priority_class: PriorityClass
    before: int
    after: int


class CaseRecords:
    """Reads and writes cases. writes: whether the transaction writes, so that rows are locked."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, case: Case) -> None:
        """Insert a new case. Raises ApplicationOpen."""
        statement = insert(applications).values(**field_values(case, _FIELDS))
        with _refusing_second_open_application():
            await self._connection.execute(statement)

    async def of_ids(self, ids: Collection[str]) -> Sequence[Case]:
        """Return the cases with these ids, oldest first; those that there are not are missing."""
        statement = select(*CASE_COLUMNS).where(applications.c.id.in_(ids))
        rows = await self._connection.execute(statement.order_by(applications.c.number))
        return [read_case(row) for row in rows]

    async def of_persons(self, person_ids: Collection[str]) -> Sequence[Case]:
        """Return the applications of these persons, oldest first."""
        c = applications.c
        statement = select(*CASE_COLUMNS).where(c.person_id.in_(person_ids)).order_by(c.number)
        return [read_case(row) for row in await self._connection.execute(statement)]

    async def open_of_person(self, person_id: str) -> Sequence[Case]:
        """Return the applications that have not ended of a person, oldest first.

        With those that were taken in for the person, and examiners linked with another one.
        """
        c, task = applications.c, adjudication_tasks.c
        open = c.state.not_in(FINAL_STATES)
        own = select(c.id).where(c.person_id == person_id, open)
        linked = select(task.case).where(
            task.person_id == person_id, task.state == TaskState.LINKED
        )
        statement = select(*CASE_COLUMNS).where(c.id.in_(union_all(own, linked)), open)
        rows = await self._connection.execute(statement.order_by(c.number))
        return [read_case(row) for row in rows]

    async def get(self, case: str) -> Case:
        """Return the case, locked if the transaction writes. Raises ApplicationNotFound."""
        statement = select(*CASE_COLUMNS).where(applications.c.id == case)
        if self._writes:  # but for its key, to which rows of other tables may refer meanwhile
            statement = statement.with_for_update(key_share=True)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise ApplicationNotFound("there is no such application", field="application_id")
        return read_case(row)

    async def locked(self, ids: Collection[str]) -> Sequence[Case]:
        """Return the cases with these ids, locked in the order of their creation."""
        statement = select(*CASE_COLUMNS).where(applications.c.id.in_(ids))
        statement = statement.order_by(applications.c.number).with_for_update(key_share=True)
        return [read_case(row) for row in await self._connection.execute(statement)]

    async def find(self, case: str) -> Case | None:
        """Return the case as `get` does; None if there is none."""
        try:
            return await self.get(case)
        except ApplicationNotFound:
            return None

    async def printing(self, office: str) -> Sequence[Case]:
        """Return the cases of an office whose books its printer has to make, as far as we know."""
        c = applications.c
        statement = select(*CASE_COLUMNS).where(
            c.office == office,
            c.state.in_({ApplicationState.PRINTING, *EXAMINED_WHILE_PRINTED}),
            c.print_job != "",
            c.book_serial == "",
        )
        return [read_case(row) for row in await self._connection.execute(statement)]

    async def without_task(
        self,
        state: ApplicationState,
        kind: OutboxTaskKind,
        types: Collection[ApplicationType],
        page: PageRequest,
    ) -> Sequence[tuple[int, Case]]:
        """Return the cases of these types in a state that have no outbox task of a kind, locked.

        With their row numbers, in order of their creation.
        """
        c, tasks = applications.c, select(outbox.c.case).where(outbox.c.kind == kind)
        statement = select(c.number, *CASE_COLUMNS).where(
            c.number > page.after, c.state == state, c.type.in_(types), c.id.not_in(tasks)
        )
        locked = statement.order_by(c.number).limit(page.size).with_for_update(key_share=True)
        rows = await self._connection.execute(locked)
        return [(row.number, read_case(row)) for row in rows]

    async def save(self, case: Case) -> None:
        """Update a case whose revision is one more than the stored one.

        Raises ApplicationOpen; RuntimeError if the stored revision is another: since `get` locks
        the row, that is an error of ours.
        """
        statement = (
            update(applications)
            .where(applications.c.id == case.id, applications.c.revision == case.revision - 1)
            .values(**field_values(case, _FIELDS), **UNNUMBERED)
        )
        with _refusing_second_open_application():
            saved = await self._connection.execute(statement)
        if saved.rowcount != 1:
            raise RuntimeError(f"application {case.id} is not at revision {case.revision - 1}")

    async def change_collection_dates(
        self, notices: Sequence[Notice], at: datetime
    ) -> Sequence[Notice]:
        """Store the collection dates (or the delay) that notices promise, as next revisions.

        at: when they are sent. Returns the notices about cases that still wait for a book; only
        these may be sent.
        """
        c = applications.c
        without_book = select(c.id).where(
            c.id.in_([notice.application for notice in notices]), c.state.in_(NOT_READY)
        )
        locked = without_book.order_by(c.number).with_for_update(key_share=True)
        ids = {row.id for row in await self._connection.execute(locked)}
        valid = [notice for notice in notices if notice.application in ids]
        if valid:
            rows = [
                {
                    "application": n.application,
                    "collect_on": n.collect_on,
                    "reason": n.reason,
                    "notified_at": at,
                }
                for n in valid
            ]
            await self._connection.execute(_CHANGE_COLLECTION_DATE, rows)
        return valid

    async def page(
        self, page: PageRequest, office: str | None, state: ApplicationState | None
    ) -> Sequence[tuple[int, Case]]:
        """Return row numbers and cases, in order of their creation. None: any office or state."""
        c = applications.c
        statement = select(c.number, *CASE_COLUMNS).where(c.number > page.after)
        if office is not None:
            statement = statement.where(c.office == office)
        if state is not None:
            statement = statement.where(c.state == state)
        rows = await self._connection.execute(statement.order_by(c.number).limit(page.size))
        return [(row.number, read_case(row)) for row in rows]

    async def without_portrait(self, state: ApplicationState) -> Sequence[Case]:
        """Return the cases in a state whose applicant's photo was not submitted, locked."""
        c = applications.c
        statement = select(*CASE_COLUMNS).where(c.state == state, c.portrait_accepted_at.is_(None))
        rows = await self._connection.execute(statement.with_for_update(key_share=True))
        return [read_case(row) for row in rows]

    async def queue(
        self, office: str, printable_from: Mapping[ApplicationState, date] = MappingProxyType({})
    ) -> Sequence[QueuedCase]:
        """Return the complete cases of an office without a book, in order of completion.

        printable_from: first day on which a case may be printed, by its state.
        """
        c = applications.c
        statement = select(
            c.id, c.applied_on, _DUE_ON, type_coerce(_PRIORITY_CLASS, Integer),
            type_coerce(c.state, String), c.promised_collection_date, c.delayed,
            c.change_notified_at, and_(c.identification_due, c.emergency_days.is_(None)),
        ).where(c.office == office, c.state.in_(NOT_READY))  # fmt: skip
        earliest = {each: printable_from.get(each, date.min) for each in NOT_READY}
        queue = []
        for row in (await self._connection.execute(statement.order_by(c.queue_number))).all():
            id, applied_on, due_on, priority_class, state_value, promised, delayed, *rest = row
            state = _STATES[state_value]
            priority = _PRIORITY_CLASSES[priority_class]
            waiting = WaitingCase(id, applied_on, due_on, priority, earliest[state])
            queue.append(QueuedCase(waiting, state, promised, delayed, *rest))
        return queue

    async def count_waiting(self, office: str, queue_number: int | None) -> Sequence[AlikeCases]:
        """Return how many cases of an office wait to be printed, before and after a place.

        queue_number: the place; None: the end of the queue.
        """
        c = applications.c
        before = true() if queue_number is None else c.queue_number < queue_number
        columns = (c.state, c.applied_on, _PRIORITY_CLASS)
        statement = (
            select(*columns, func.count().filter(before), func.count())
            .where(c.office == office, c.state.in_(AWAITING_PRINT))
            .group_by(*columns)
        )
        return [
            AlikeCases(state, applied_on, priority_class, before, all - before)
            for state, applied_on, priority_class, before, all in await self._connection.execute(
                statement
            )
        ]

    async def first_completed_at(self, office: str) -> datetime | None:
        """Return when the first of the complete cases of an office without a book was complete."""
        c = applications.c
        statement = select(c.completed_at).where(c.office == office, c.state.in_(NOT_READY))
        first = statement.order_by(c.queue_number).limit(1)
        return cast("datetime | None", await self._connection.scalar(first))

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

    async def ready_since(self, office: str, since: datetime) -> Sequence[Case]:
        """Return the cases of an office that have been ready since an instant or before."""
        c = applications.c
        statement = select(*CASE_COLUMNS).where(
            c.state == ApplicationState.READY, c.state_since <= since, c.office == office
        )
        rows = await self._connection.execute(statement.order_by(c.state_since))
        return [read_case(row) for row in rows]

    async def count_by_state(self) -> Mapping[ApplicationState, int]:
        """Return how many cases that have not ended are in each state, if any."""
        c = applications.c
        statement = (
            select(c.state, func.count().label("cases"))
            .where(c.state.in_(frozenset(ApplicationState) - FINAL_STATES))
            .group_by(c.state)
        )
        return {row.state: row.cases for row in await self._connection.execute(statement)}

    async def count_without_fingerprints(self) -> Mapping[str, int]:
        """Return of how many cases, ended ones too, no finger could be captured, by office."""
        c = applications.c
        statement = select(c.office, func.count().label("cases")).where(c.without_fingerprints)
        rows = await self._connection.execute(statement.group_by(c.office))
        return {row.office: row.cases for row in rows}

    async def count_open_of(self, office: str) -> int:
        """Return how many cases of an office have not ended."""
        c = applications.c
        open = c.state.in_(frozenset(ApplicationState) - FINAL_STATES)
        statement = select(func.count()).where(c.office == office, open)
        return int((await self._connection.execute(statement)).scalar_one())

    async def count_open(self) -> Mapping[tuple[str, ApplicationState], int]:
        """Return how many cases that have not ended are in each office and state, if any."""
        c = applications.c
        statement = (
            select(c.office, c.state, func.count().label("cases"))
            .where(c.state.in_(frozenset(ApplicationState) - FINAL_STATES))
            .group_by(c.office, c.state)
        )
        rows = await self._connection.execute(statement)
        return {(row.office, row.state): row.cases for row in rows}

    async def count_overdue(self, before: date) -> Mapping[str, int]:
        """Return how many cases without a book were promised for an earlier day, by office."""
        return await self._count_not_ready(applications.c.promised_collection_date < before)

    async def count_past_legal_limit(self, before: date) -> Mapping[str, int]:
        """Return of how many cases the law wanted a book on an earlier day, by office."""
        return await self._count_not_ready(applications.c.legal_due_on < before)

    async def _count_not_ready(self, condition: ColumnElement[bool]) -> Mapping[str, int]:
        c = applications.c
        statement = (
            select(c.office, func.count().label("cases"))
            .where(c.state.in_(NOT_READY), condition)
            .group_by(c.office)
        )
        return {row.office: row.cases for row in await self._connection.execute(statement)}

    async def next_number(self, counter: str, lowest: int = 1) -> int:
        """Return the next number of a counter, and not one below `lowest`.

        Committed numbers have no other gaps, since the row stays locked until the commit.
        """
        c = counters.c
        value = sql_case((c.value < lowest, lowest), else_=c.value + 1)
        statement = update(counters).where(c.name == counter).values(value=value)
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


@contextmanager
def _refusing_second_open_application() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if any(name in str(error.orig) for name in _SECOND_OPEN_APPLICATION):
            raise ApplicationOpen from None  # written at the same time elsewhere
        raise


def read_case(row: Row[Any]) -> Case:
    """Return the case in a row with `CASE_COLUMNS`."""
    return Case(**{name: getattr(row, name) for name in _FIELDS})
