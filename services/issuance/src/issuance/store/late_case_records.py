"""Late cases in the database, found by index."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.lateness import LateCases
from issuance.domain.states import ApplicationState
from issuance.store.oldest_first import keyed
from issuance.store.tables import applications

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
            .where(_is_late(each))
            .group_by(c.office, c.state)
            for each in late
        ]
        if not counts:
            return {}
        rows = await self._connection.execute(union_all(*counts))
        return {(row.office, row.state): row.cases for row in rows}

    async def longest(self, late: Iterable[LateCases], size: int) -> Sequence[str]:
        """Return the ids of the late cases that are longest in their state, so many of each."""
        c, ids = applications.c, []
        for each in late:
            statement = select(c.id).where(_is_late(each)).order_by(c.state_since).limit(size)
            ids += list(await self._connection.scalars(statement))
        return ids


def late_case_keys(late: Iterable[LateCases]) -> list[Select[Any]]:
    """Return queries for the positions of late cases in a list that is oldest first."""
    c = applications.c
    return [
        select(c.state_since.label("since"), keyed(LATE_CASE, c.id).label("key")).where(
            _is_late(each)
        )
        for each in late
    ]


def _is_late(late: LateCases) -> ColumnElement[bool]:
    c = applications.c
    longer = (
        c.state_since <= late.since
        if late.since is not None
        else c.promised_collection_date <= late.promised
    )
    return and_(c.state == late.state, c.office.in_(late.offices), longer)
