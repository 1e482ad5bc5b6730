"""Print jobs in the database, with their attempts, their history and the queue."""

from datetime import datetime, timedelta
from typing import Any

from servicekit.errors import StaleRevision
from servicekit.process.waits import latest_end
from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attempt import Attempt
from printer.domain.attribution import Attribution
from printer.domain.clearance import Clearance, ClearedPage
from printer.domain.errors import (
    ClearanceUsed,
    DocumentAlreadyCleared,
    JobNotFound,
)
from printer.domain.job import Job
from printer.domain.job_transitions import AT_MACHINE, ENDED, REMARKS, JobEvent, JobState
from printer.domain.settlement import TO_BE_ASKED, Settlement
from printer.domain.two_persons import Proposal, ProposalOutcome, job_subject
from printer.store.attempts import AttemptRecords
from printer.store.job_events import JobEventRecords
from printer.store.proposals import ProposalRecords
from printer.store.tables.attempts import attempts
from printer.store.tables.dispatch import change_counter
from printer.store.tables.jobs import jobs, makes_passport

# All but the large columns: clearance, payload and page.
_COLUMNS = [jobs.c[name] for name in (
    "job_id", "arrival_number", "application_id", "document_number", "page_sha256", "chip_sha256",
    "payload_sha256", "issued_on",
    "priority_class", "created_at", "state", "state_reason", "revision", "change",
    "failures_in_a_row", "not_before",
)]  # fmt: skip


class JobRecords:
    """Jobs as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._events = JobEventRecords(connection)
        self._proposals = ProposalRecords(connection)
        self._attempts = AttemptRecords(connection)

    async def get(self, job_id: str) -> Job:
        """Return one job; raise JobNotFound if there is none of this id."""
        found = await self._select(jobs.c.job_id == job_id)
        if not found:
            raise JobNotFound("no such print job", field="job_id")
        return found[0][1]

    async def add(self, job: Job, cleared: ClearedPage, by: Attribution) -> Job:
        """Add a new job to the queue.

        Raises ClearanceUsed if the clearance made a job before, DocumentAlreadyCleared if another
        clearance made a job for the document number or the application, and that job did not end
        without a book.
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
            "state_reason": job.state_reason,
            "failures_in_a_row": job.failures_in_a_row,
            "revision": job.revision,
            "change": change,
            "created_at": job.created_at,
            "clearance_id": cleared.clearance.clearance_id,
            "clearance_token": cleared.token,
            "payload": cleared.payload,
            "page_pdf": cleared.page,
            "page_sha256": job.page_sha256,
            "chip_sha256": job.chip_sha256,
            "payload_sha256": job.payload_sha256,
            "issued_on": job.issued_on,
            "mrz": cleared.mrz,
        }
        await self._connection.execute(insert(jobs).values(row))
        await self._events.add(job, JobEvent.CREATE, by)
        return await self.get(job.job_id)

    async def save(self, job: Job, event: JobEvent, by: Attribution, reason: str) -> Job:
        """Store a job as it is after an event, with the next change number and its history.

        reason: why it happened, for people. Unless the event is a remark, a proposal about the job
        is withdrawn. Raises StaleRevision if the stored job is not the one before the event,
        BookInUse or GoodBookExists if its latest attempt contradicts another.
        """
        change = await self._next_change()
        saved = await self._connection.execute(
            update(jobs)
            .where(jobs.c.job_id == job.job_id, jobs.c.revision == job.revision - 1)
            .values(
                state=job.state,
                state_reason=job.state_reason,
                failures_in_a_row=job.failures_in_a_row,
                not_before=job.not_before,
                revision=job.revision,
                change=change,
                ended_at=func.coalesce(jobs.c.ended_at, by.at) if job.state in ENDED else None,
            )
        )
        if saved.rowcount != 1:
            raise StaleRevision("somebody else changed the job", job_id=job.job_id)
        for number, attempt in enumerate(job.attempts, start=1):
            await self._attempts.save(job.job_id, number, attempt)
        if event not in REMARKS:
            await self._proposals.end(job_subject(job.job_id), ProposalOutcome.WITHDRAWN)
        await self._events.add(job, event, by, reason)
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

    async def with_page(self, page_sha256: bytes) -> Job | None:
        """Return the latest job that prints this page; None if there is none."""
        found = await self._select(
            jobs.c.page_sha256 == page_sha256, order=(jobs.c.arrival_number.desc(),), limit=1
        )
        return found[0][1] if found else None

    async def with_open_attempt(self, attempt_id: str) -> Job | None:
        """Return the job that has this attempt, if the attempt has not ended; else None."""
        found = await self._select(
            jobs.c.job_id
            == select(attempts.c.job_id)
            .where(attempts.c.attempt_id == attempt_id, attempts.c.outcome.is_(None))
            .scalar_subquery()
        )
        return found[0][1] if found else None

    async def queued(self, now: datetime, limit: int, longest_backoff: timedelta) -> list[Job]:
        """Return the first jobs of the queue: by priority class, then in order of arrival.

        now: real time. Jobs that must not be assigned are left out: those with an unsettled
        attempt, and those that back off. longest_backoff: for how long one does so at most.
        """
        unsettled = select(attempts.c.job_id).where(attempts.c.settlement == Settlement.UNSETTLED)
        found = await self._select(
            jobs.c.state == JobState.QUEUED,
            jobs.c.job_id.not_in(unsettled),
            or_(
                jobs.c.not_before.is_(None),
                jobs.c.not_before <= now,
                jobs.c.not_before > latest_end(now, longest_backoff),
            ),
            order=(jobs.c.priority_class, jobs.c.arrival_number),
            limit=limit,
        )
        return [job for _, job in found]

    async def to_be_settled(self, printer_uuid: str) -> list[tuple[Job, Attempt]]:
        """Return the attempts for which a machine has to answer, each with its job."""
        waiting = attempts.c.settlement.in_(TO_BE_ASKED)
        at_machine = select(attempts.c.job_id).where(
            waiting, attempts.c.printer_uuid == printer_uuid
        )
        found = await self._select(jobs.c.job_id.in_(at_machine), order=(jobs.c.arrival_number,))
        return [
            (job, attempt)
            for _, job in found
            for attempt in job.attempts
            if attempt.printer_uuid == printer_uuid and attempt.settlement in TO_BE_ASKED
        ]

    async def with_clearance(self, clearance_id: str, document_number: str) -> list[Job]:
        """Return the jobs of a clearance, and those for a document number."""
        found = await self._select(
            or_(
                jobs.c.clearance_id == clearance_id,
                jobs.c.document_number == document_number,
            ),
            order=(jobs.c.arrival_number,),
        )
        return [job for _, job in found]

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
        # At most one job each: the database has unique indexes of both.
        used = await self._job_id(jobs.c.clearance_id == clearance.clearance_id)
        if used is not None:
            raise ClearanceUsed("this clearance made a job before", job_id=used)
        other = await self._job_id(
            or_(
                jobs.c.document_number == clearance.document_number,
                jobs.c.application_id == clearance.application_id,
            ),
            makes_passport,
        )
        if other is not None:
            raise DocumentAlreadyCleared(
                "another clearance made a job for this document number or application",
                job_id=other,
            )

    async def _job_id(self, *conditions: ColumnElement[bool]) -> str | None:
        return await self._connection.scalar(select(jobs.c.job_id).where(*conditions))

    async def _next_change(self) -> int:
        statement = update(change_counter).values(last_change=change_counter.c.last_change + 1)
        row = await self._connection.execute(statement.returning(change_counter.c.last_change))
        return int(row.scalar_one())

    async def _select(
        self,
        *conditions: ColumnElement[bool],
        order: tuple[ColumnElement[Any], ...] = (),
        limit: int | None = None,
    ) -> list[tuple[int, Job]]:
        """Return jobs with their arrival numbers."""
        statement = select(*_COLUMNS).where(*conditions).order_by(*order).limit(limit)
        rows = (await self._connection.execute(statement)).all()
        by_job = await self._attempts.by_job([row.job_id for row in rows])
        proposals = await self._proposals.find_open(job_subject(row.job_id) for row in rows)
        return [
            (
                row.arrival_number,
                _job(row, by_job[row.job_id], proposals.get(job_subject(row.job_id))),
            )
            for row in rows
        ]


def _job(row: Row[Any], job_attempts: list[Attempt], proposal: Proposal | None) -> Job:
    return Job(
        job_id=row.job_id,
        application_id=row.application_id,
        document_number=row.document_number,
        page_sha256=row.page_sha256,
        chip_sha256=row.chip_sha256,
        payload_sha256=row.payload_sha256,
        issued_on=row.issued_on,
        priority_class=row.priority_class,
        created_at=row.created_at,
        state=row.state,
        state_reason=row.state_reason,
        failures_in_a_row=row.failures_in_a_row,
        not_before=row.not_before,
        revision=row.revision,
        change=row.change,
        attempts=tuple(job_attempts),
        proposal=proposal,
    )
