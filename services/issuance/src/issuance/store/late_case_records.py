"""Late cases in the database, found by index."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.lateness import LateCases
from issuance.domain.states import ApplicationState
from issuance.store.oldest_first import keyed
from issuance.store.tables.applications import applications

LATE_CASE = "application:"
"""Begins the keys of late cases in a list."""


class LateCaseRecords:
    """Reads which cases are late."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, late: Iterable[LateCases]) -> Mapping[tuple[str, ApplicationState], int]:
        """Return how many cases are late in each office and state, if any."""
        c = applications.c
        counts = [
            select(c.office, c.state, func.count().label("cases"))
            .where(is_late)
            .group_by(c.office, c.state)
            for is_late in _by_state(late)
        ]
        if not counts:
            return {}
        rows = await self._connection.execute(union_all(*counts))
        return {(row.office, row.state): row.cases for row in rows}

    async def longest(self, late: Iterable[LateCases], size: int) -> Sequence[str]:
        """Return the ids of the late cases that are longest in their state, so many of each."""
        c, ids = applications.c, []
        for is_late in _by_state(late):
            statement = select(c.id).where(is_late).order_by(c.state_since).limit(size)
            ids += list(await self._connection.scalars(statement))
        return ids


def late_case_keys(late: Iterable[LateCases]) -> list[Select[Any]]:
    """Return queries for the positions of late cases in a list that is oldest first."""
    c = applications.c
    return [
        select(c.state_since.label("since"), keyed(LATE_CASE, c.id).label("key")).where(is_late)
        for is_late in _by_state(late)
    ]


def _by_state(late: Iterable[LateCases]) -> list[ColumnElement[bool]]:
    """Return conditions, one a state: a database refuses a query of one part an office."""
    of_state: dict[ApplicationState, list[LateCases]] = {}
    for each in late:
        of_state.setdefault(each.state, []).append(each)
    return [_is_late(state, offices) for state, offices in of_state.items()]


def _is_late(state: ApplicationState, late: Sequence[LateCases]) -> ColumnElement[bool]:
    c = applications.c
    by_promise = state is ApplicationState.APPROVED
    column: ColumnElement[Any] = c.promised_collection_date if by_promise else c.state_since
    latest: list[Any] = [each.promised if by_promise else each.since for each in late]
    of_office = sql_case(
        *(
            (c.office.in_(each.offices), literal(at, column.type))
            for each, at in zip(late, latest, strict=True)
        )
    )
    # The latest of all offices besides, for it is what an index can be searched by.
    return and_(c.state == state, column <= literal(max(latest), column.type), column <= of_office)
