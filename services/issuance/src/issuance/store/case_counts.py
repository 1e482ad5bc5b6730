"""How many cases there are, by state, office or day."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.collection_schedule import ScheduleRow
from issuance.domain.states import FINAL_STATES, NOT_READY, ApplicationState
from issuance.store.tables.applications import IS_UNIDENTIFIED_HOLDER, applications


class CaseCounts:
    """Counts cases without reading them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def by_state(self) -> Mapping[ApplicationState, int]:
        """Return how many cases that have not ended are in each state, if any."""
        c = applications.c
        statement = (
            select(c.state, func.count().label("cases"))
            .where(c.state.in_(frozenset(ApplicationState) - FINAL_STATES))
            .group_by(c.state)
        )
        return {row.state: row.cases for row in await self._connection.execute(statement)}

    async def by_office_and_state(self) -> Mapping[tuple[str, ApplicationState], int]:
        """Return how many cases that have not ended are in each office and state, if any."""
        c = applications.c
        statement = (
            select(c.office, c.state, func.count().label("cases"))
            .where(c.state.in_(frozenset(ApplicationState) - FINAL_STATES))
            .group_by(c.office, c.state)
        )
        rows = await self._connection.execute(statement)
        return {(row.office, row.state): row.cases for row in rows}

    async def open_of(self, office: str) -> int:
        """Return how many cases of an office have not ended, or have an unidentified holder."""
        c = applications.c
        open = c.state.in_(frozenset(ApplicationState) - FINAL_STATES)
        statement = select(func.count()).where(
            c.office == office, or_(open, IS_UNIDENTIFIED_HOLDER)
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def overdue(self, before: date) -> Mapping[str, int]:
        """Return how many cases without a book were promised for an earlier day, by office."""
        return await self._not_ready(applications.c.promised_collection_date < before)

    async def past_legal_limit(self, before: date) -> Mapping[str, int]:
        """Return of how many cases the law wanted a book on an earlier day, by office."""
        return await self._not_ready(applications.c.legal_due_on < before)

    async def without_fingerprints(self) -> Mapping[str, int]:
        """Return of how many cases, ended ones too, no finger could be captured, by office."""
        c = applications.c
        statement = select(c.office, func.count().label("cases")).where(c.without_fingerprints)
        rows = await self._connection.execute(statement.group_by(c.office))
        return {row.office: row.cases for row in rows}

    async def ready_to_collect(self, office: str) -> Sequence[ScheduleRow]:
        """Return how many passports are ready, by day of application and of collection."""
        c = applications.c
        statement = (
            select(c.applied_on, c.promised_collection_date, func.count())
            .where(c.office == office, c.state == ApplicationState.READY)
            .group_by(c.applied_on, c.promised_collection_date)
        )
        return [ScheduleRow(*row) for row in await self._connection.execute(statement)]

    async def _not_ready(self, condition: ColumnElement[bool]) -> Mapping[str, int]:
        c = applications.c
        statement = (
            select(c.office, func.count().label("cases"))
            .where(c.state.in_(NOT_READY), condition)
            .group_by(c.office)
        )
        return {row.office: row.cases for row in await self._connection.execute(statement)}
