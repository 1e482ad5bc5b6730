"""Cases in the database."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import insert, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.adjudication_task import TaskState
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.case_errors import ApplicationNotFound, ApplicationOpen
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import EXAMINED_WHILE_PRINTED, FINAL_STATES, ApplicationState
from issuance.store.case_rows import CASE_COLUMNS, CASE_FIELDS, UNNUMBERED, read_case
from issuance.store.field_values import field_values
from issuance.store.page_request import PageRequest
from issuance.store.tables.adjudication import adjudication_tasks
from issuance.store.tables.applications import IS_UNIDENTIFIED_HOLDER, applications
from issuance.store.tables.outbox import outbox

_SECOND_OPEN_APPLICATION = (
    'unique constraint "one_open_application_per_person"',
    "UNIQUE constraint failed: applications.person_id",
)
"""How PostgreSQL and SQLite name the index of which a row would be the second."""


class CaseRecords:
    """Reads and writes cases. writes: whether the transaction writes, so that rows are locked."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, case: Case) -> None:
        """Insert a new case. Raises ApplicationOpen."""
        statement = insert(applications).values(**field_values(case, CASE_FIELDS))
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

    async def identity_numbers(self, person_id: str) -> frozenset[str]:
        """Return the identity numbers that a person's applications have."""
        c = applications.c
        statement = select(c.identity_number).where(
            c.person_id == person_id, c.identity_number != ""
        )
        return frozenset(await self._connection.scalars(statement))

    async def open_of_person(self, person_id: str) -> Sequence[Case]:
        """Return the applications that have not ended of a person, oldest first.

        With one whose emergency document was handed over, until its holder is identified.

        With those that were taken in for the person, and examiners linked with another one.
        """
        c, task = applications.c, adjudication_tasks.c
        open = or_(c.state.not_in(FINAL_STATES), IS_UNIDENTIFIED_HOLDER)
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
            .values(**field_values(case, CASE_FIELDS), **UNNUMBERED)
        )
        with _refusing_second_open_application():
            saved = await self._connection.execute(statement)
        if saved.rowcount != 1:
            raise RuntimeError(f"application {case.id} is not at revision {case.revision - 1}")

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

    async def ready_since(self, office: str, since: datetime) -> Sequence[Case]:
        """Return the cases of an office that have been ready since an instant or before."""
        c = applications.c
        statement = select(*CASE_COLUMNS).where(
            c.state == ApplicationState.READY, c.state_since <= since, c.office == office
        )
        rows = await self._connection.execute(statement.order_by(c.state_since))
        return [read_case(row) for row in rows]


@contextmanager
def _refusing_second_open_application() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if any(name in str(error.orig) for name in _SECOND_OPEN_APPLICATION):
            raise ApplicationOpen from None  # written at the same time elsewhere
        raise
