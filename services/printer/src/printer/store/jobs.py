"""Print jobs in the database, with their attempts, their history and the queue."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from servicekit.errors import StaleRevision
from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.clearance import Clearance, ClearedPage
from printer.domain.errors import ClearanceUsed, DocumentAlreadyCleared, JobNotFound
from printer.domain.job import AT_MACHINE, Attempt, Job, JobEvent, JobState
from printer.store.tables import attempts, change_counter, job_history, jobs, takes_document_number

# All but the large columns: clearance, payload and page.
_COLUMNS = [jobs.c[name] for name in (
    "job_id", "arrival_number", "application_id", "document_number", "page_sha256",
    "priority_class", "created_at", "state", "revision", "change",
)]  # fmt: skip


class JobRecords:
    """Jobs as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, job_id: str) -> Job:
        """Return one job; raise JobNotFound if there is none of this id."""
        found = await self._select(jobs.c.job_id == job_id)
        if not found:
            raise JobNotFound("no such print job", field="job_id")
        return found[0][1]

    async def add(self, job: Job, cleared: ClearedPage) -> Job:
        """Add a new job to the queue.

        Raises ClearanceUsed if the clearance made a job before, DocumentAlreadyCleared if another
        clearance made a job for the document number and that job was not cancelled.
        """
        # The counter is locked from here on, so nobody else can add a job in between.
        change = await self._next_change()
        await self._refuse_second_job(cleared.clearance)
        row = {
            "job_id": job.job_id,
            "arrival_number": change,
            "application_id": job.application_id,
            "document_number": job.document_number,
            "priority_class": job.priority_class,
            "state": job.state,
            "revision": job.revision,
            "change": change,
            "created_at": job.created_at,
            "clearance_id": cleared.clearance.clearance_id,
            "clearance_token": cleared.token,
            "payload": cleared.payload,
            "page_pdf": cleared.page,
            "page_sha256": job.page_sha256,
            "mrz": cleared.mrz,
        }
        await self._connection.execute(insert(jobs).values(row))
        return await self.get(job.job_id)

    async def save(self, job: Job, event: JobEvent, by: Attribution, reason: str) -> Job:
        """Store a job as it is after an event, with the next change number and its history.

        reason: why it happened, for people. Raises StaleRevision if the stored job is not the one
        before the event.
        """
        change = await self._next_change()
        saved = await self._connection.execute(
            update(jobs)
            .where(jobs.c.job_id == job.job_id, jobs.c.revision == job.revision - 1)
            .values(state=job.state, revision=job.revision, change=change)
        )
        if saved.rowcount != 1:
            raise StaleRevision("somebody else changed the job", job_id=job.job_id)
        if job.attempts:
            await self._save_latest_attempt(job)
        await self._connection.execute(
            insert(job_history).values(
                job_id=job.job_id,
                revision=job.revision,
                event=event,
                at=by.at,
                who=by.who,
                reason=reason,
            )
        )
        return await self.get(job.job_id)

    async def at_machine(self, machine_id: str) -> Job | None:
        """Return the job that occupies a machine (ASSIGNED or SENT), or None."""
        open_attempts = (
            select(attempts.c.job_id)
            .where(attempts.c.machine_id == machine_id, attempts.c.outcome.is_(None))
            .scalar_subquery()
        )
        found = await self._select(jobs.c.state.in_(AT_MACHINE), jobs.c.job_id.in_(open_attempts))
        return found[0][1] if found else None

    async def queued(self, limit: int) -> list[Job]:
        """Return the first jobs of the queue: by priority class, then in order of arrival."""
        found = await self._select(
            jobs.c.state == JobState.QUEUED,
            order=(jobs.c.priority_class, jobs.c.arrival_number),
            limit=limit,
        )
        return [job for _, job in found]

    async def page(self, job_id: str) -> bytes:
        """Return the page to be printed, a PDF."""
        return bytes(await self._value(jobs.c.page_pdf, job_id))

    async def mrz(self, job_id: str) -> str:
        """Return the machine readable zone of the page, both lines, 88 characters."""
        return str(await self._value(jobs.c.mrz, job_id))

    async def list_after(
        self, arrival_number: int, state: JobState | None, limit: int
    ) -> list[tuple[int, Job]]:
        """Return jobs in order of arrival, each with its arrival number; state None means any."""
        conditions = [jobs.c.arrival_number > arrival_number]
        if state is not None:
            conditions.append(jobs.c.state == state)
        return await self._select(*conditions, order=(jobs.c.arrival_number,), limit=limit)

    async def changed_after(self, change: int, limit: int) -> list[Job]:
        """Return the jobs whose latest change number is above `change`, in order of that."""
        found = await self._select(jobs.c.change > change, order=(jobs.c.change,), limit=limit)
        return [job for _, job in found]

    async def last_change(self) -> int:
        """Return the highest change number in use."""
        found = await self._connection.execute(select(change_counter.c.last_change))
        return int(found.scalar_one())

    async def count_by_state(self) -> dict[JobState, int]:
        """Return the number of jobs in each state; states without jobs are missing."""
        rows = await self._connection.execute(
            select(jobs.c.state, func.count().label("number")).group_by(jobs.c.state)
        )
        return {row.state: row.number for row in rows}

    async def _refuse_second_job(self, clearance: Clearance) -> None:
        used = await self._first_job_id(jobs.c.clearance_id == clearance.clearance_id)
        if used is not None:
            raise ClearanceUsed("this clearance made a job before", job_id=used)
        other = await self._first_job_id(
            jobs.c.document_number == clearance.document_number, takes_document_number
        )
        if other is not None:
            raise DocumentAlreadyCleared(
                "another clearance made a job for this document number", job_id=other
            )

    async def _first_job_id(self, *conditions: ColumnElement[bool]) -> str | None:
        return await self._connection.scalar(select(jobs.c.job_id).where(*conditions).limit(1))

    async def _next_change(self) -> int:
        statement = update(change_counter).values(last_change=change_counter.c.last_change + 1)
        row = await self._connection.execute(statement.returning(change_counter.c.last_change))
        return int(row.scalar_one())

    async def _value(self, column: ColumnElement[Any], job_id: str) -> Any:
        return await self._connection.scalar(select(column).where(jobs.c.job_id == job_id))

    async def _save_latest_attempt(self, job: Job) -> None:
        attempt = asdict(job.latest_attempt)
        saved = await self._connection.execute(
            update(attempts)
            .where(attempts.c.attempt_id == job.latest_attempt.attempt_id)
            .values(attempt)
        )
        if saved.rowcount == 0:
            place = {"job_id": job.job_id, "attempt_number": len(job.attempts)}
            await self._connection.execute(insert(attempts).values(attempt | place))

    async def _select(
        self,
        *conditions: ColumnElement[bool],
        order: tuple[ColumnElement[Any], ...] = (),
        limit: int | None = None,
    ) -> list[tuple[int, Job]]:
        """Return jobs with their arrival numbers."""
        statement = select(*_COLUMNS).where(*conditions).order_by(*order).limit(limit)
        rows = (await self._connection.execute(statement)).all()
        by_job = await self._attempts_by_job([row.job_id for row in rows])
        return [(row.arrival_number, _job(row, by_job[row.job_id])) for row in rows]

    async def _attempts_by_job(self, job_ids: list[str]) -> dict[str, list[Attempt]]:
        by_job: dict[str, list[Attempt]] = defaultdict(list)
        rows = await self._connection.execute(
            select(attempts)
            .where(attempts.c.job_id.in_(job_ids))
            .order_by(attempts.c.job_id, attempts.c.attempt_number)
        )
        for row in rows:
            by_job[row.job_id].append(_attempt(row))
        return by_job


def _job(row: Row[Any], job_attempts: list[Attempt]) -> Job:
    return Job(
        job_id=row.job_id,
        application_id=row.application_id,
        document_number=row.document_number,
        page_sha256=row.page_sha256,
        priority_class=row.priority_class,
        created_at=row.created_at,
        state=row.state,
        revision=row.revision,
        change=row.change,
        attempts=tuple(job_attempts),
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
        outcome=row.outcome,
        reason=row.reason,
    )
