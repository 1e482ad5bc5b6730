"""Notices in the database, each stored once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.notices import Notice
from issuance.store.page_request import PageRequest
from issuance.store.tables import notices


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice that was sent, with its id and office. at: business time."""

    id: str
    office: str
    notice: Notice
    at: datetime


class NoticeRecords:
    """Reads and writes notices."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, office: str, new: Sequence[Notice], at: datetime) -> None:
        """Insert notices of one office, at most one for each application.

        Two replicas cannot both send the n-th notice about an application.
        """
        counts = await self._count_by_case([notice.application for notice in new])
        rows = []
        for notice in new:
            nth = counts.get(notice.application, 0) + 1
            rows.append(
                {
                    "id": f"{notice.application}-{nth}",
                    "case": notice.application,
                    "nth": nth,
                    "office": office,
                    "kind": notice.kind,
                    "collect_on": notice.collect_on,
                    "as_if_outage_ended_now": notice.as_if_outage_ended_now,
                    "text": notice.text,
                    "at": at,
                }
            )
        if rows:
            await self._connection.execute(insert(notices), rows)

    async def _count_by_case(self, cases: Collection[str]) -> Mapping[str, int]:
        c = notices.c
        statement = select(c.case, func.count().label("notices")).where(c.case.in_(cases))
        rows = await self._connection.execute(statement.group_by(c.case))
        return {row.case: row.notices for row in rows}

    async def page(
        self, page: PageRequest, office: str | None, case: str | None
    ) -> Sequence[tuple[int, NoticeRecord]]:
        """Return row numbers and notices, oldest first. None: any office or case."""
        c = notices.c
        statement = select(notices).where(c.number > page.after)
        if office is not None:
            statement = statement.where(c.office == office)
        if case is not None:
            statement = statement.where(c.case == case)
        found = []
        for row in await self._connection.execute(statement.order_by(c.number).limit(page.size)):
            notice = Notice(
                row.case, row.kind, row.text, row.collect_on, row.as_if_outage_ended_now
            )
            found.append((row.number, NoticeRecord(row.id, row.office, notice, row.at)))
        return found
