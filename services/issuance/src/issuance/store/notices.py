"""What people were told: each notice once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.notices import Notice
from issuance.store.tables import notices
from issuance.use_cases.kept import KeptNotice, Page


class NoticeStore:
    """Implements `use_cases.case_records.Notices`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, office: str, told: Sequence[Notice], at: datetime) -> None:
        """The next notice about each: two replicas cannot both send the n-th."""
        earlier = await self._earlier([notice.application for notice in told])
        rows = []
        for notice in told:
            nth = earlier.get(notice.application, 0) + 1
            rows.append(
                {
                    "id": f"{notice.application}-{nth}",
                    "case": notice.application,
                    "nth": nth,
                    "office": office,
                    "kind": notice.kind,
                    "collect_on": notice.collect_on,
                    "text": notice.text,
                    "at": at,
                }
            )
        if rows:
            await self._connection.execute(insert(notices), rows)

    async def _earlier(self, cases: Collection[str]) -> Mapping[str, int]:
        c = notices.c
        statement = select(c.case, func.count().label("many")).where(c.case.in_(cases))
        rows = await self._connection.execute(statement.group_by(c.case))
        return {row.case: row.many for row in rows}

    async def page(
        self, page: Page, office: str | None, case: str | None
    ) -> Sequence[tuple[int, KeptNotice]]:
        """Oldest first."""
        c = notices.c
        statement = select(notices).where(c.number > page.after)
        if office is not None:
            statement = statement.where(c.office == office)
        if case is not None:
            statement = statement.where(c.case == case)
        rows = await self._connection.execute(statement.order_by(c.number).limit(page.size))
        return [
            (
                row.number,
                KeptNotice(
                    row.id,
                    row.office,
                    Notice(row.case, row.kind, row.text, row.collect_on),
                    row.at,
                ),
            )
            for row in rows
        ]
