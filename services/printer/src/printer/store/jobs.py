"""Print jobs in the database."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from servicekit.errors import StaleRevision
from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.clearance import Clearance
from printer.domain.errors import ClearanceUsed, DocumentAlreadyCleared, JobNotFound
from printer.domain.job import Attempt, Event, Job, JobState, Outcome
from printer.store.tables import attempts, counter, history, jobs
from printer.use_cases.records import Intake, Note

_AT_MACHINE = (JobState.ASSIGNED.value, JobState.SENT.value)
_COLUMNS = [jobs.c[name] for name in (
    "job_id", "number", "application_id", "document_number", "page_sha256", "priority_class", "created_at",
    "state", "revision", "change",
)]  # fmt: skip


class SqlJobs:
    """Jobs as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, job_id: str) -> Job:
        """One job; raises JobNotFound."""
        found = await self._select(jobs.c.job_id == job_id)
        if not found:
            raise JobNotFound("no such print job", field="job_id")
        return found[0][1]

    async def add(self, job: Job, intake: Intake) -> Job:
        """Queue a new job; raises ClearanceUsed, DocumentAlreadyCleared."""
        # The counter is locked from here on, so nobody else can add a job in between.
        change = await self._next_change()
        await self._refuse_second(intake.clearance)
        row = {
            "job_id": job.job_id,
            "number": change,
            "application_id": job.application_id,
            "document_number": job.document_number,
            "priority_class": job.priority_class,
            "state": job.state.value,
            "revision": job.revision,
            "change": change,
            "created_at": job.created_at,
            "clearance_id": intake.clearance.clearance_id,
            "clearance": intake.token,
            "payload": intake.payload,
            "page": intake.page,
            "page_sha256": job.page_sha256,
            "zone": intake.zone,
        }
        await self._connection.execute(insert(jobs).values(row))
        return await self.get(job.job_id)

    async def save(self, job: Job, event: Event, note: Note) -> Job:
        """Keep a job after an event, with the next change number; raises StaleRevision."""
        change = await self._next_change()
        saved = await self._connection.execute(
            update(jobs)
            .where(jobs.c.job_id == job.job_id, jobs.c.revision == job.revision - 1)
            .values(state=job.state.value, revision=job.revision, change=change)
        )
        if saved.rowcount != 1:
            raise StaleRevision("somebody else changed the job", job_id=job.job_id)
        if job.attempts:
            await self._save_attempt(job)
        await self._connection.execute(
            insert(history).values(
                job_id=job.job_id,
                revision=job.revision,
                event=event.name,
                at=note.at,
                by=note.by,
                reason=note.reason,
            )
        )
        return await self.get(job.job_id)

    async def at_machine(self, machine_id: str) -> Job | None:
        """The job that is ASSIGNED or SENT to a machine."""
        held = (
            select(attempts.c.job_id)
            .where(attempts.c.machine_id == machine_id, attempts.c.outcome.is_(None))
            .scalar_subquery()
        )
        found = await self._select(jobs.c.state.in_(_AT_MACHINE), jobs.c.job_id.in_(held))
        return found[0][1] if found else None

    async def queued(self, limit: int) -> list[Job]:
        """The first jobs of the queue: by priority_class, then by age."""
        waiting = jobs.c.state == JobState.QUEUED.value
        found = await self._select(
            waiting, order=(jobs.c.priority_class, jobs.c.number), limit=limit
        )
        return [job for _, job in found]

    async def page(self, job_id: str) -> bytes:
        """The PDF to be printed."""
        return bytes(await self._value(jobs.c.page, job_id))

    async def zone(self, job_id: str) -> str:
        """The machine readable zone on the page, 88 characters."""
        return str(await self._value(jobs.c.zone, job_id))

    async def listed(self, state: JobState | None, after: int, limit: int) -> list[tuple[int, Job]]:
        """Jobs, oldest first, with the number to go on from."""
        conditions = [jobs.c.number > after]
        if state is not None:
            conditions.append(jobs.c.state == state.value)
        return await self._select(*conditions, order=(jobs.c.number,), limit=limit)

    async def changed(self, after: int, limit: int) -> list[Job]:
        """Jobs whose last change is later than `after`, by that change."""
        found = await self._select(jobs.c.change > after, order=(jobs.c.change,), limit=limit)
        return [job for _, job in found]

    async def last_change(self) -> int:
        """The latest change number given out."""
        return int(await self._connection.scalar(select(counter.c.last_change)) or 0)

    async def count(self) -> dict[JobState, int]:
        """Jobs by state."""
        rows = await self._connection.execute(
            select(jobs.c.state, func.count()).group_by(jobs.c.state)
        )
        return {JobState(state): number for state, number in rows}

    async def _refuse_second(self, clearance: Clearance) -> None:
        used = await self._first(jobs.c.clearance_id == clearance.clearance_id)
        if used is not None:
            raise ClearanceUsed("this clearance made a job before", job_id=used)
        other = await self._first(
            jobs.c.document_number == clearance.document_number,
            jobs.c.state != JobState.CANCELLED.value,
        )
        if other is not None:
            raise DocumentAlreadyCleared(
                "another clearance made a job for this document number", job_id=other
            )

    async def _first(self, *conditions: ColumnElement[bool]) -> str | None:
        return await self._connection.scalar(select(jobs.c.job_id).where(*conditions).limit(1))

    async def _next_change(self) -> int:
        statement = update(counter).values(last_change=counter.c.last_change + 1)
        row = await self._connection.execute(statement.returning(counter.c.last_change))
        return int(row.scalar_one())

    async def _value(self, column: ColumnElement[Any], job_id: str) -> Any:
        return await self._connection.scalar(select(column).where(jobs.c.job_id == job_id))

    async def _save_attempt(self, job: Job) -> None:
        attempt = asdict(job.attempt)
        attempt["outcome"] = job.attempt.outcome.value if job.attempt.outcome else None
        saved = await self._connection.execute(
            update(attempts).where(attempts.c.attempt_id == job.attempt.attempt_id).values(attempt)
        )
        if saved.rowcount == 0:
            place = {"job_id": job.job_id, "position": len(job.attempts)}
            await self._connection.execute(insert(attempts).values(attempt | place))

    async def _select(
        self,
        *conditions: ColumnElement[bool],
        order: tuple[ColumnElement[Any], ...] = (),
        limit: int | None = None,
    ) -> list[tuple[int, Job]]:
        statement = select(*_COLUMNS).where(*conditions).order_by(*order).limit(limit)
        rows = (await self._connection.execute(statement)).all()
        tries = await self._attempts([row.job_id for row in rows])
        return [(row.number, _job(row, tries[row.job_id])) for row in rows]

    async def _attempts(self, job_ids: list[str]) -> dict[str, list[Attempt]]:
        tries: dict[str, list[Attempt]] = defaultdict(list)
        rows = await self._connection.execute(
            select(attempts)
            .where(attempts.c.job_id.in_(job_ids))
            .order_by(attempts.c.job_id, attempts.c.position)
        )
        for row in rows:
            tries[row.job_id].append(_attempt(row))
        return tries


def _job(row: Row[Any], tries: list[Attempt]) -> Job:
    return Job(
        job_id=row.job_id,
        application_id=row.application_id,
        document_number=row.document_number,
        page_sha256=row.page_sha256,
        priority_class=row.priority_class,
        created_at=row.created_at,
        state=JobState(row.state),
        revision=row.revision,
        change=row.change,
        attempts=tuple(tries),
    )


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        attempt_id=row.attempt_id,
        machine_id=row.machine_id,
        book_serial=row.book_serial,
        assigned_at=row.assigned_at,
        printer_uuid=row.printer_uuid,
        up_time=row.up_time,
        asked_at=row.asked_at,
        delivered=row.delivered,
        outcome=Outcome(row.outcome) if row.outcome else None,
        reason=row.reason,
    )
