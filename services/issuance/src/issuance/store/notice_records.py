"""Notices in the database, each stored once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.notices import Notice, with_reference
from issuance.store.page_request import PageRequest
from issuance.store.tables import applications, notices


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice that was sent, with its id and office. at: business time.

    reference: of its application; empty if an earlier version took that in.
    """

    id: str
    office: str
    notice: Notice
    at: datetime
    reference: str = ""


class NoticeRecords:
    """Reads and writes notices."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, office: str, new: Sequence[Notice], at: datetime) -> None:
        """Insert notices of one office, at most one for each application, with its reference.

        Two replicas cannot both send the n-th notice about an application.
        """
        cases = [notice.application for notice in new]
        counts = await self._count_by_case(cases)
        references = await self._references(cases)
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
                    "text": with_reference(notice.text, references.get(notice.application, "")),
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

    async def _references(self, cases: Collection[str]) -> Mapping[str, str]:
        c = applications.c
        rows = await self._connection.execute(select(c.id, c.reference).where(c.id.in_(cases)))
        return {row.id: row.reference for row in rows}

    async def page(
        self, page: PageRequest, office: str | None, case: str | None
    ) -> Sequence[tuple[int, NoticeRecord]]:
        """Return row numbers and notices, oldest first. None: any office or case."""
        c = notices.c
        statement = select(notices, applications.c.reference)
        statement = statement.join(applications, applications.c.id == c.case)
        statement = statement.where(c.number > page.after)
        if office is not None:
            statement = statement.where(c.office == office)
        if case is not None:
            statement = statement.where(c.case == case)
        found = []
        for row in await self._connection.execute(statement.order_by(c.number).limit(page.size)):
            notice = Notice(
                row.case, row.kind, row.text, row.collect_on, row.as_if_outage_ended_now
            )
            found.append(
                (row.number, NoticeRecord(row.id, row.office, notice, row.at, row.reference))
            )
        return found
