"""Offices and their special days in the database; replicas read them again when they change."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.office import Office, UnknownOffice
from issuance.domain.special_day import (
    ALL_OFFICES,
    SpecialDay,
    SpecialDayDeclared,
    SpecialDayKind,
    SpecialDayNotDeclared,
    special_days_of,
)
from issuance.domain.working_time import Calendar
from issuance.store.field_values import field_values
from issuance.store.tables.counters import counters
from issuance.store.tables.offices import offices, special_days

_DAY_FIELDS = [field.name for field in fields(SpecialDay)]


class OfficeRecords:
    """Reads and writes offices and their special days."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def change_count(self) -> int:
        """Return how often an office or a special day was changed."""
        statement = select(counters.c.value).where(counters.c.name == "office_changes")
        return int((await self._connection.execute(statement)).scalar_one())

    async def count_change(self) -> None:
        """Record that one is changed; until the commit no other transaction changes one."""
        statement = update(counters).where(counters.c.name == "office_changes")
        await self._connection.execute(statement.values(value=counters.c.value + 1))

    async def all(self) -> Mapping[str, Office]:
        """Return all offices by id, removed ones too."""
        days = await self.special_days()
        rows = await self._connection.execute(select(offices).order_by(offices.c.id))
        return {row.id: _office(row, days) for row in rows}

    async def printer(self, office: str) -> str:
        """Return the address of an office's printer, "" for none; it stays until the commit."""
        statement = select(offices.c.printer).where(offices.c.id == office)
        return await self._connection.scalar(statement.with_for_update(read=True)) or ""

    async def count_printing(self) -> int:
        """Return how many offices have a printer and are not removed."""
        c = offices.c
        statement = select(func.count()).where(c.printer != "", c.removed_at.is_(None))
        return int((await self._connection.execute(statement)).scalar_one())

    async def put(self, office: Office) -> None:
        """Store an office in place of what was stored of it."""
        values = _values(office)
        statement = update(offices).where(offices.c.id == office.id)
        if (await self._connection.execute(statement.values(**values))).rowcount == 0:
            await self._connection.execute(insert(offices).values(**values))

    async def require_not_removed(self, office: str) -> None:
        """Raise UnknownOffice unless applications may begin there; it stays so until the commit."""
        c = offices.c
        statement = select(c.id).where(c.id == office, c.removed_at.is_(None))
        if await self._connection.scalar(statement.with_for_update(read=True)) is None:
            raise UnknownOffice("there is no such office", field="office")

    async def special_days(
        self, office: str = ALL_OFFICES, since: date = date.min, most: int | None = None
    ) -> Sequence[SpecialDay]:
        """Return the special days of an office and of all from a day on, by day and office.

        office: ALL_OFFICES for those of every office. most: how many at most; None: all.
        """
        c = special_days.c
        statement = select(special_days).where(c.day >= since).order_by(c.day, c.office)
        if office != ALL_OFFICES:
            statement = statement.where(c.office.in_([ALL_OFFICES, office]))
        rows = await self._connection.execute(statement.limit(most))
        return [SpecialDay(**field_values(row, _DAY_FIELDS)) for row in rows]

    async def add_special_day(self, special: SpecialDay) -> None:
        """Store a special day. Raises SpecialDayDeclared."""
        statement = insert(special_days).values(**field_values(special, _DAY_FIELDS))
        try:
            await self._connection.execute(statement)
        except IntegrityError:
            raise SpecialDayDeclared("it is declared closed or worked already") from None

    async def remove_special_day(self, office: str, day: date, kind: SpecialDayKind) -> SpecialDay:
        """Delete a special day and return it. Raises SpecialDayNotDeclared."""
        c = special_days.c
        statement = delete(special_days).where(c.office == office, c.day == day, c.kind == kind)
        rows = await self._connection.execute(statement.returning(*special_days.c))
        row = rows.one_or_none()
        if row is None:
            raise SpecialDayNotDeclared("nothing of the kind is declared for that day")
        return SpecialDay(**field_values(row, _DAY_FIELDS))


def _office(row: Row[Any], days: Sequence[SpecialDay]) -> Office:
    closed, worked = special_days_of(row.id, days)
    calendar = Calendar(ZoneInfo(row.timezone), row.country, row.opens, row.closes, closed, worked)
    return Office(
        id=row.id,
        name=row.name,
        collection=CollectionHours(calendar, row.collection_from),
        promise_working_days=row.promise_working_days,
        printer=row.printer,
        languages=tuple(row.languages),
        revision=row.revision,
        removed_at=row.removed_at,
    )


def _values(office: Office) -> dict[str, Any]:
    calendar = office.calendar
    return {
        "id": office.id,
        "name": office.name,
        "country": calendar.country,
        "timezone": calendar.zone.key,
        "opens": calendar.opens,
        "closes": calendar.closes,
        "collection_from": office.collection.from_hour,
        "promise_working_days": office.promise_working_days,
        "printer": office.printer,
        "languages": office.languages,
        "revision": office.revision,
        "removed_at": office.removed_at,
    }
