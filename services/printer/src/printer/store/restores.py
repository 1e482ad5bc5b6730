"""Restores of the database, and what was found after them."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.restore import Restore, RestoreFinding
from printer.store.database_continuity import AnnouncementMark, reason_to_suspect_restore
from printer.store.tables.jobs import job_history
from printer.store.tables.restores import restore_findings, restores


class RestoreRecords:
    """Restores as one transaction sees them."""

    def __init__(self, connection: AsyncConnection, mark: AnnouncementMark) -> None:
        self._connection = connection
        self._mark = mark

    async def unreleased(self) -> Restore | None:
        """Return the restore that persons have yet to release; None if there is none."""
        statement = select(restores).where(restores.c.released_at.is_(None))
        row = (await self._connection.execute(statement)).one_or_none()
        return Restore(row.restore_id, row.reason, row.noticed_at) if row else None

    async def notice(self, reason: str, by: Attribution) -> Restore:
        """Return the unreleased restore; add one if there is none."""
        known = await self.unreleased()
        if known is not None:
            return known
        row = {"reason": reason, "noticed_at": by.at, "noticed_by": by.who}
        added = await self._connection.execute(insert(restores).values(row))
        primary_key = added.inserted_primary_key
        return Restore(int(primary_key[0]) if primary_key else 0, reason, by.at)

    async def notice_if_suspected(self, by: Attribution) -> None:
        """Add an unreleased restore if the database shows that it has gone back in time."""
        reason = await reason_to_suspect_restore(self._connection, self._mark)
        if reason is not None:
            await self.notice(reason, by)

    async def release(self, restore: Restore, explanation: str, by: Attribution) -> None:
        """Record that persons let the office print again."""
        await self._connection.execute(
            update(restores)
            .where(restores.c.restore_id == restore.restore_id)
            .values(released_at=by.at, released_by=by.who, explanation=explanation)
        )

    async def add_finding(self, restore: Restore, finding: RestoreFinding) -> None:
        """Add what a machine showed."""
        row = asdict(finding) | {"restore_id": restore.restore_id}
        await self._connection.execute(insert(restore_findings).values(row))

    async def unreleased_finding(self, job: Job) -> str | None:
        """Return why a job's passport may exist since before a restore; None without such a reason.

        A release of the job itself since that restore was noticed ends it.
        """
        released = exists().where(
            job_history.c.job_id == job.job_id,
            job_history.c.event == JobEvent.RELEASE,
            job_history.c.at >= restores.c.noticed_at,
        )
        found: str | None = await self._connection.scalar(
            select(restore_findings.c.description)
            .join(restores, restores.c.restore_id == restore_findings.c.restore_id)
            .where(restore_findings.c.document_number == job.document_number, ~released)
            .limit(1)
        )
        return found

    async def last_noticed(self) -> int:
        """Return when a restore was noticed last, business time, seconds since 1970; 0 if never."""
        noticed_at = await self.last_noticed_at()
        return int(noticed_at.timestamp()) if noticed_at else 0

    async def last_noticed_at(self) -> datetime | None:
        """Return when a restore was noticed last, business time; None if never."""
        statement = select(restores.c.noticed_at).order_by(restores.c.restore_id.desc()).limit(1)
        noticed_at: datetime | None = await self._connection.scalar(statement)
        return noticed_at

    async def findings(self, restore: Restore) -> list[RestoreFinding]:
        """Return what was found, in the order of finding."""
        rows = await self._connection.execute(
            select(restore_findings)
            .where(restore_findings.c.restore_id == restore.restore_id)
            .order_by(restore_findings.c.finding_id)
        )
        return [
            RestoreFinding(
                machine_id=row.machine_id,
                attempt_id=row.attempt_id,
                book_serial=row.book_serial,
                document_number=row.document_number,
                description=row.description,
            )
            for row in rows
        ]
