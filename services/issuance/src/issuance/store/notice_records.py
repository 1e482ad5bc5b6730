"""Notices in the database, each stored once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.notices import Notice, with_reference
from issuance.store.page_request import PageRequest
from issuance.store.tables.applications import applications
from issuance.store.tables.notices import notices


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice to an applicant, with its id and office.

    at: when it was written. delivered_at: when it was recorded what became of it; None before.
    Both are business time. problem: why the mail server refuses it, or "". reference: of its
    application; empty if an earlier version took that in.
    """

    id: str
    office: str
    notice: Notice
    at: datetime
    delivery: NoticeDelivery = NoticeDelivery.IN_PERSON
    delivered_at: datetime | None = None
    problem: str = ""
    reference: str = ""


_NOT_DELIVERED = (NoticeDelivery.PENDING, NoticeDelivery.REFUSED)
_NOTICES = select(notices, applications.c.reference).join(
    applications, applications.c.id == notices.c.case
)
NoticePosition = tuple[int, NoticeRecord]
"""A notice and the number of its row."""


class NoticeRecords:
    """Reads and writes notices."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, office: str, new: Sequence[Notice], at: datetime, to_deliver: Collection[str]
    ) -> Mapping[str, str]:
        """Insert notices of one office, at most one for each application, with its reference.

        Returns their ids by application.
        to_deliver: the applications whose notices are delivered; the others are told in person.
        Two replicas cannot both send the n-th notice about an application.
        """
        cases = [notice.application for notice in new]
        counts = await self._count_by_case(cases)
        references = await self._references(cases)
        rows, ids = [], {}
        for notice in new:
            nth = counts.get(notice.application, 0) + 1
            ids[notice.application] = f"{notice.application}-{nth}"
            rows.append(
                {
                    "id": ids[notice.application],
                    "case": notice.application,
                    "nth": nth,
                    "office": office,
                    "kind": notice.kind,
                    "collect_on": notice.collect_on,
                    "as_if_outage_ended_now": notice.as_if_outage_ended_now,
                    "text": with_reference(notice.text, references.get(notice.application, "")),
                    "at": at,
                    "delivery": NoticeDelivery.PENDING
                    if notice.application in to_deliver
                    else NoticeDelivery.IN_PERSON,
                }
            )
        if rows:
            await self._outdate(to_deliver, at)
            await self._connection.execute(insert(notices), rows)
        return ids

    async def _outdate(self, cases: Collection[str], at: datetime) -> None:
        """Mark what was not delivered: the next notice counts."""
        c = notices.c
        if cases:
            await self._connection.execute(
                update(notices)
                .where(c.case.in_(cases), c.delivery.in_(_NOT_DELIVERED))
                .values(delivery=NoticeDelivery.OUTDATED, delivered_at=at)
            )

    async def get(self, notice: str) -> NoticeRecord:
        """Return the notice with an id, of which there must be one."""
        rows = await self._connection.execute(_NOTICES.where(notices.c.id == notice))
        return _record(rows.one())

    async def latest(self, case: str) -> NoticeRecord | None:
        """Return the latest notice about a case, if there is any."""
        c = notices.c
        statement = _NOTICES.where(c.case == case).order_by(c.nth.desc()).limit(1)
        row = (await self._connection.execute(statement)).one_or_none()
        return _record(row) if row else None

    async def record_delivery(
        self, notice: str, delivery: NoticeDelivery, at: datetime | None, problem: str = ""
    ) -> None:
        """Record what became of a notice. at: None while it is to be delivered."""
        await self._connection.execute(
            update(notices)
            .where(notices.c.id == notice)
            .values(delivery=delivery, delivered_at=at, delivery_problem=problem)
        )

    async def tell_in_person(self, notice: str) -> bool:
        """Record that a refused notice is told in person; return whether it was still refused."""
        c = notices.c
        told = await self._connection.execute(
            update(notices)
            .where(c.id == notice, c.delivery == NoticeDelivery.REFUSED)
            .values(delivery=NoticeDelivery.IN_PERSON, delivered_at=None, delivery_problem="")
        )
        return told.rowcount == 1

    async def of_ids(self, ids: Collection[str]) -> Sequence[NoticeRecord]:
        """Return the notices with these ids; those that there are not are missing."""
        rows = await self._connection.execute(_NOTICES.where(notices.c.id.in_(ids)))
        return [_record(row) for row in rows]

    async def _count_by_case(self, cases: Collection[str]) -> Mapping[str, int]:
        c = notices.c
        statement = select(c.case, func.count().label("notices")).where(c.case.in_(cases))
        rows = await self._connection.execute(statement.group_by(c.case))
        return {row.case: row.notices for row in rows}

    async def _references(self, cases: Collection[str]) -> Mapping[str, str]:
        c = applications.c
        rows = await self._connection.execute(select(c.id, c.reference).where(c.id.in_(cases)))
        return {row.id: row.reference for row in rows}

    async def page(
        self, page: PageRequest, office: str | None, case: str | None
    ) -> Sequence[NoticePosition]:
        """Return row numbers and notices, oldest first. None: any office or case."""
        c = notices.c
        statement = _NOTICES.where(c.number > page.after)
        if office is not None:
            statement = statement.where(c.office == office)
        if case is not None:
            statement = statement.where(c.case == case)
        rows = await self._connection.execute(statement.order_by(c.number).limit(page.size))
        return [(row.number, _record(row)) for row in rows]


def _record(row: Row[Any]) -> NoticeRecord:
    notice = Notice(row.case, row.kind, row.text, row.collect_on, row.as_if_outage_ended_now)
    return NoticeRecord(
        row.id,
        row.office,
        notice,
        row.at,
        row.delivery,
        row.delivered_at,
        row.delivery_problem,
        row.reference,
    )
