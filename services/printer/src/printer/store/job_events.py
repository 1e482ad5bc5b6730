"""What happened to print jobs, in the database: an event for each revision."""

from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.job import Job, RecordedJobEvent
from printer.domain.job_transitions import JobEvent
from printer.store.tables.jobs import job_history


class JobEventRecords:
    """Events of print jobs as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, job: Job, event: JobEvent, by: Attribution, reason: str = "") -> None:
        """Store the event that made a job what it is now."""
        row = {
            "job_id": job.job_id,
            "revision": job.revision,
            "event": event,
            "at": by.at,
            "who": by.who,
            "reason": reason,
        }
        await self._connection.execute(insert(job_history).values(row))

    async def of_job(self, job_id: str, after: int, limit: int) -> list[RecordedJobEvent]:
        """Return the events of a job after a revision, oldest first."""
        rows = await self._connection.execute(
            select(job_history)
            .where(job_history.c.job_id == job_id, job_history.c.revision > after)
            .order_by(job_history.c.revision)
            .limit(limit)
        )
        return [_recorded(row) for row in rows]

    async def since_assigned(self, job_id: str, event: JobEvent) -> list[RecordedJobEvent]:
        """Return the events of one kind since the job's latest assignment, oldest first."""
        of_job = job_history.c.job_id == job_id
        assigned = select(func.max(job_history.c.revision)).where(
            of_job, job_history.c.event == JobEvent.ASSIGN
        )
        rows = await self._connection.execute(
            select(job_history)
            .where(
                of_job,
                job_history.c.event == event,
                job_history.c.revision > assigned.scalar_subquery(),
            )
            .order_by(job_history.c.revision)
        )
        return [_recorded(row) for row in rows]


def _recorded(row: Row[Any]) -> RecordedJobEvent:
    return RecordedJobEvent(row.revision, row.event, Attribution(row.who, row.at), row.reason)
