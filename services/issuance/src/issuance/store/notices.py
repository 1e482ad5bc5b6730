"""What people were told: each notice once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.notices import Notice
from issuance.store.tables import notices
from issuance.use_cases.kept import KeptNotice, Page


class NoticeStore:
    """Implements `use_cases.records.Notices`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, office: str, notice: Notice, at: datetime) -> None:
        """The next notice about its application: two replicas cannot both send the n-th."""
        case, c = notice.application, notices.c
        earlier = select(func.count()).select_from(notices).where(c.case == case)
        nth = (await self._connection.scalar(earlier) or 0) + 1
        statement = insert(notices).values(
            id=f"{case}-{nth}",
            case=case,
            nth=nth,
            office=office,
            kind=notice.kind,
            collect_on=notice.collect_on,
            text=notice.text,
            at=at,
        )
        await self._connection.execute(statement)

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
