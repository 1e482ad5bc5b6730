"""What machines did in a period, from the movements of books and the histories of jobs."""

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.job_transitions import LEAVES_MACHINE, JobEvent
from printer.domain.throughput import FinishedBooks, MachineUse, Period
from printer.domain.working_days import USED
from printer.store.tables.attempts import attempts
from printer.store.tables.books import book_movements
from printer.store.tables.jobs import job_history


class ThroughputRecords:
    """Work of machines as one transaction sees it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def finished_books(self, period: Period) -> list[FinishedBooks]:
        """Return the books of machines that passed, or were spoiled or lost, in the period."""
        moved = book_movements.c
        rows = await self._connection.execute(
            select(moved.machine_id, moved.state_after, moved.at, moved.book_count).where(
                moved.state_after.in_(USED),
                moved.at >= period.starts_at,
                moved.at < period.ends_at,
                moved.machine_id != "",
            )
        )
        return [
            FinishedBooks(row.machine_id, row.state_after, row.at, row.book_count) for row in rows
        ]

    async def uses(self, period: Period) -> list[MachineUse]:
        """Return when machines had jobs: of the attempts that were assigned in the period."""
        assigned, left = job_history.alias(), job_history.alias()
        rows = await self._connection.execute(
            select(
                attempts.c.machine_id, attempts.c.assigned_at, func.min(left.c.at).label("left_at")
            )
            .join(
                assigned,
                and_(
                    assigned.c.job_id == attempts.c.job_id,
                    assigned.c.at == attempts.c.assigned_at,
                    assigned.c.event == JobEvent.ASSIGN,
                ),
            )
            .outerjoin(
                left,
                and_(
                    left.c.job_id == assigned.c.job_id,
                    left.c.revision > assigned.c.revision,
                    left.c.event.in_(LEAVES_MACHINE),
                ),
            )
            .where(
                attempts.c.assigned_at >= period.starts_at,
                attempts.c.assigned_at < period.ends_at,
            )
            .group_by(attempts.c.attempt_id)
        )
        return [MachineUse(row.machine_id, row.assigned_at, row.left_at) for row in rows]
