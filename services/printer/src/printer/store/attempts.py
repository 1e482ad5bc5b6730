"""Attempts of print jobs in the database."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.book import BookState
from printer.domain.errors import BookInUse, GoodBookExists
from printer.domain.settlement import Settlement
from printer.store.tables.attempts import attempts
from printer.store.tables.books import books
from printer.store.tables.samples import samples

_NO_PASSPORT = (AttemptOutcome.NOT_PRINTED, AttemptOutcome.SPOILED, AttemptOutcome.LOST)


class AttemptRecords:
    """Attempts as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def by_job(self, job_ids: list[str]) -> dict[str, list[Attempt]]:
        """Return the attempts of jobs by job, oldest first."""
        by_job: dict[str, list[Attempt]] = defaultdict(list)
        rows = await self._connection.execute(
            select(attempts)
            .where(attempts.c.job_id.in_(job_ids))
            .order_by(attempts.c.job_id, attempts.c.attempt_number)
        )
        for row in rows:
            by_job[row.job_id].append(_attempt(row))
        return by_job

    async def unknown(self, attempt_ids: list[str]) -> set[str]:
        """Return those of the ids of which there is no attempt, nor a sample print."""
        found = await self._connection.scalars(
            select(attempts.c.attempt_id).where(attempts.c.attempt_id.in_(attempt_ids))
        )
        sampled = await self._connection.scalars(
            select(samples.c.sample_id).where(samples.c.sample_id.in_(attempt_ids))
        )
        return set(attempt_ids) - set(found) - set(sampled)

    async def printed_after_all(self) -> list[Attempt]:
        """Return the attempts that persons resolved otherwise and their machine did print.

        Those whose book is spoiled are left out: when that is told of a spoiled book whose job has
        gone on, it is quarantined until it is spoiled once more.
        """
        rows = await self._connection.execute(
            select(attempts)
            .join(books, books.c.serial == attempts.c.book_serial)
            .where(
                attempts.c.settlement == Settlement.PRINTED,
                attempts.c.outcome.in_(_NO_PASSPORT),
                books.c.state != BookState.SPOILED,
            )
            .order_by(attempts.c.attempt_id)
        )
        return [_attempt(row) for row in rows]

    async def count_aborted(self, book_serial: str) -> int:
        """Return how many attempts with a book printed nothing of a page that was delivered."""
        number = await self._connection.scalar(
            select(func.count()).where(
                attempts.c.book_serial == book_serial,
                attempts.c.delivered,
                attempts.c.outcome == AttemptOutcome.NOT_PRINTED,
            )
        )
        return int(number or 0)

    async def save(self, job_id: str, number: int, attempt: Attempt) -> None:
        """Store an attempt of a job; raise BookInUse or GoodBookExists if it contradicts another.

        number: its place among the job's attempts, from 1.
        """
        try:
            await self._put(job_id, number, attempt)
        except IntegrityError:
            # The database has unique indexes of both.
            if attempt.outcome is None:
                raise BookInUse(
                    "the book has another attempt that has not ended",
                    book_serial=attempt.book_serial,
                ) from None
            if attempt.outcome is AttemptOutcome.GOOD:
                raise GoodBookExists("the job has a good book already") from None
            raise

    async def swap_books(self, serial: str, other_serial: str) -> None:
        """Let the open attempts that have two books, or one of them, have the other one."""
        is_open = attempts.c.outcome.is_(None)
        rows = await self._connection.execute(
            select(attempts.c.attempt_id, attempts.c.book_serial).where(
                attempts.c.book_serial.in_((serial, other_serial)), is_open
            )
        )
        swapped = {
            row.attempt_id: other_serial if row.book_serial == serial else serial for row in rows
        }
        # The database refuses a second open attempt of a book, also for a moment.
        these = attempts.c.attempt_id.in_(swapped)
        set_aside = update(attempts).where(these).values(outcome=AttemptOutcome.NOT_PRINTED)
        await self._connection.execute(set_aside)
        for attempt_id, book_serial in swapped.items():
            await self._connection.execute(
                update(attempts)
                .where(attempts.c.attempt_id == attempt_id)
                .values(book_serial=book_serial, outcome=None)
            )

    async def _put(self, job_id: str, number: int, attempt: Attempt) -> None:
        row = asdict(attempt)
        saved = await self._connection.execute(
            update(attempts).where(attempts.c.attempt_id == attempt.attempt_id).values(row)
        )
        if saved.rowcount == 0:
            place = {"job_id": job_id, "attempt_number": number}
            await self._connection.execute(insert(attempts).values(row | place))


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
        reason_code=row.reason_code,
        settlement=row.settlement,
    )
