"""What was printed for a job, and the clearance to do so: the large columns, erased in time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.job_transitions import JobState
from printer.store.tables.jobs import jobs

_NOTHING: dict[str, Any] = {"payload": b"", "page_pdf": b"", "mrz": ""}
_WAITS = jobs.c.state.in_((JobState.QUEUED, JobState.HELD))


class PrintedDataRecords:
    """Clearances, pages and machine readable zones of jobs as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def payload(self, job_id: str) -> bytes:
        """Return what the page was made from, as issuance sent it."""
        return bytes(await self._value(jobs.c.payload, job_id))

    async def page(self, job_id: str) -> bytes:
        """Return the page to be printed, a PDF."""
        return bytes(await self._value(jobs.c.page_pdf, job_id))

    async def mrz(self, job_id: str) -> str:
        """Return the machine readable zone of the page, both lines, 88 characters."""
        return str(await self._value(jobs.c.mrz, job_id))

    async def clearance(self, job_id: str) -> tuple[str, str]:
        """Return the id of a job's clearance, and the clearance as it was received."""
        clearance_id = await self._value(jobs.c.clearance_id, job_id)
        return str(clearance_id), str(await self._value(jobs.c.clearance_token, job_id))

    async def of_waiting_jobs(self, created_before: datetime) -> list[str]:
        """Return ids of jobs that wait, queued or held, and have not been erased."""
        waiting = select(jobs.c.job_id).where(
            _WAITS, jobs.c.erased_at.is_(None), jobs.c.created_at < created_before
        )
        return list(await self._connection.scalars(waiting))

    async def erase_of(self, job_ids: Sequence[str], now: datetime) -> int:
        """Erase payload, page and zone of those of these jobs that still wait; return how many.

        now: business time.
        """
        erased = await self._connection.execute(
            update(jobs)
            .where(jobs.c.job_id.in_(job_ids), _WAITS)
            .values(_NOTHING | {"erased_at": now})
        )
        return erased.rowcount

    async def erase(self, ended_before: datetime, now: datetime, limit: int) -> int:
        """Erase payload, page and zone of some jobs that ended before then; return how many.

        ended_before, now: business time.
        """
        expired = select(jobs.c.job_id).where(
            jobs.c.erased_at.is_(None), jobs.c.ended_at < ended_before
        )
        erased = await self._connection.execute(
            update(jobs)
            .where(jobs.c.job_id.in_(expired.limit(limit)))
            .values(_NOTHING | {"erased_at": now})
        )
        return erased.rowcount

    async def _value(self, column: ColumnElement[Any], job_id: str) -> Any:
        return await self._connection.scalar(select(column).where(jobs.c.job_id == job_id))
