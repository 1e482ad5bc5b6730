"""Contacts of applicants, and proxies, until they are erased."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import FINAL_STATES, ApplicationState
from issuance.store.case_rows import UNNUMBERED
from issuance.store.tables.applications import TO_BE_ERASED, applications
from issuance.store.tables.notices import notices
from issuance.store.tables.outbox import outbox

# Erased in one transaction, so that calls from the counter do not wait long for it.
_BATCH = 200
_ERASED = {"email": "", "phone": "", "proxy": None, **UNNUMBERED}


class ContactRecords:
    """Finds and erases the contacts of cases, which are written with them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def reachable(self, cases: Collection[str]) -> Collection[str]:
        """Return the ids of those cases whose applicants gave a contact."""
        c = applications.c
        statement = select(c.id).where(c.id.in_(cases), or_(c.email != "", c.phone != ""))
        return set(await self._connection.scalars(statement))

    async def erase(self, case: str) -> None:
        """Erase contact and proxy of a case."""
        await self._erase([case])

    async def erase_ended(self, before: datetime) -> bool:
        """Erase contacts and proxies of cases that ended before an instant.

        Not of holders of emergency documents who are still to be identified, nor while a notice
        since that instant is still to be delivered. Returns whether all are gone.
        """
        c, task = applications.c, outbox.c
        notifies = and_(task.kind == OutboxTaskKind.NOTIFY, task.created_at >= before)
        due = select(c.id).where(
            text(TO_BE_ERASED),
            c.state_since < before,
            c.state.in_(FINAL_STATES),
            or_(c.state != ApplicationState.HANDED_OVER, ~c.identification_due),
            ~exists().where(task.case == c.id, notifies, task.refused_at.is_(None)),
        )
        cases = list(await self._connection.scalars(due.limit(_BATCH)))
        await self._erase(cases)
        return len(cases) < _BATCH

    async def _erase(self, cases: Collection[str]) -> None:
        """Erase them with why notices were refused: earlier versions quoted the address there."""
        c, notice = applications.c, notices.c
        await self._connection.execute(update(applications).where(c.id.in_(cases)).values(_ERASED))
        refused = update(notices).where(notice.case.in_(cases), notice.delivery_problem != "")
        await self._connection.execute(refused.values(delivery_problem=""))
