"""A print room with honest but hasty operators, unreliable machines and a mortal service."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookState
from printer.domain.clearance import Clearance, ClearedPage
from printer.domain.job import Job
from printer.domain.job_transitions import AT_MACHINE, ENDED, JobState
from printer.domain.machine import Machine
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason
from printer.store.records import MIGRATIONS, Records
from printer.store.tables.books import book_movements
from printer.use_cases.attempt_actions import (
    cancel_print_job,
    confirm_machine_off,
    give_up_attempt,
    release_print_job,
)
from printer.use_cases.record_findings import Finding
from servicekit.errors import DomainError
from servicekit.storage.database import Database
from sqlalchemy import select

from services.databases import database_of, make_tables

from ..use_cases.findings import finds, passes  # noqa: TID252
from ..use_cases.print_room import ISSUANCE, PrintRoom  # noqa: TID252
from ..use_cases.scripted_machine import NOON  # noqa: TID252
from .ledger_machine import LedgerMachine, PrintedPage
from .service import Service

MACHINES = ("M1", "M2")
PERSONS = ("siti", "budi", "dewi")
BOOKS_PER_MACHINE = 6
_BLANK = (BookState.SAFE, BookState.LOADED)
_WRITTEN_OFF = (BookState.SPOILED, BookState.LOST)
# States of a job with a book, and those of that book.
_WITH_BOOK = {
    JobState.ASSIGNED: BookState.ASSIGNED,
    JobState.SENT: BookState.ASSIGNED,
    JobState.PRINTED: BookState.ASSIGNED,
    JobState.QUALITY_CHECK: BookState.ASSIGNED,
    JobState.UNKNOWN_OUTCOME: BookState.QUARANTINED,
    JobState.DONE: BookState.ISSUED,
}
_MOST_ROUNDS = 60
_LOOK = "looked"


class History:
    """What happened so far, and what the records and the ledgers say now.

    jobs and books: as the database has them, after each event.
    """

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="print-history-"))
        self.machines: dict[str, LedgerMachine] = {}
        self.frozen: list[Service] = []
        self.jobs: list[Job] = []
        self.books: dict[str, Book] = {}
        self.orders = 0

    async def open(self) -> None:
        """Set up two machines with blank books, and start the service."""
        url = database_of(self.folder / "room.sqlite")
        make_tables(url, MIGRATIONS)
        self.room = PrintRoom(Database(url))
        for number, machine_id in enumerate(MACHINES, 1):
            machine = LedgerMachine(lambda: self.room.seconds, printer_uuid=f"urn:uuid:{number}")
            self.machines[machine_id] = self.room.machines[machine_id] = machine
            registered = Machine(machine_id, f"ipp://{machine_id}", machine.printer_uuid, False)
            async with self.room.store.begin() as records:
                await records.machines.put(registered)
            await self.room.add_books(f"B{number}000001", BOOKS_PER_MACHINE, machine_id)
        self.service = Service(self.room)
        await self.service.start()
        await self.read()

    async def read(self) -> None:
        """Read jobs and books."""
        async with self.room.store.read() as records:
            self.jobs = [job for _, job in await records.jobs.list_after(0, None, 100)]
            found = await records.books.list_after("", 100)
        self.books = {book.serial: book for book in found}

    async def order(self, number: int) -> None:
        """Let issuance ask for a passport, or ask again: its clearance is the same each time."""
        self.orders += 1
        page = b"page %d" % number
        clearance = Clearance(f"c-{number}", f"a-{number}", f"X{number}", "", "BJM", NOON)
        job = Job(
            job_id=f"job-{self.orders}", application_id=f"a-{number}", document_number=f"X{number}",
            page_sha256=sha256(page).digest(), priority_class=3, created_at=self.room.now(),
        )  # fmt: skip
        cleared = ClearedPage(clearance, "", b"", page, "MRZ")
        await self._if_possible(
            lambda records: records.jobs.add(job, cleared, Attribution(ISSUANCE, self.room.now()))
        )

    async def replace_service(self) -> None:
        """Start a new process, which becomes the dispatcher."""
        self.service = Service(self.room)
        await self.service.start()

    # What persons do. They may be late or first: what is refused changes nothing.

    async def look_at_book(self, job: Job, user: str, finding: Finding) -> None:
        """Let a person say what became of a book."""
        with suppress(DomainError):
            await finds(
                self.room, job, finding, self.room.by(user),
                reason=DecisionReason.OTHER, explanation=_LOOK,
            )  # fmt: skip

    async def two_look_at_book(self, job: Job, user: str) -> None:
        """Let two persons say what they see."""
        for person in (user, next(each for each in PERSONS if each != user)):
            await self.look_at_book(job, person, self.seen(job))

    async def pass_book(self, job: Job, user: str) -> None:
        """Let a person find a book good."""
        with suppress(DomainError):
            await passes(self.room, job, self.room.by(user))

    async def cancel(self, job: Job, user: str) -> None:
        """Let a person cancel a job."""
        by = self.room.by(user)
        await self._if_possible(lambda records: cancel_print_job(records, job.job_id, by, _LOOK))

    async def give_up(self, job: Job, user: str) -> None:
        """Let a person stop waiting for the machine of a job."""
        by, attempt_id = self.room.by(user), job.latest_attempt.attempt_id
        await self._if_possible(
            lambda records: give_up_attempt(records, job.job_id, attempt_id, by, _LOOK)
        )

    async def confirm_off(self, job: Job, attempt: Attempt, user: str) -> None:
        """Let a person say that the machine of an attempt is off."""
        by, reason = self.room.by(user), DecisionReason.MACHINE_OFF
        await self._if_possible(
            lambda records: confirm_machine_off(
                records, job.job_id, attempt.attempt_id, reason, _LOOK, by
            )
        )

    async def release(self, job: Job, user: str) -> None:
        """Let a person put a held job back into the queue."""
        by, reason = self.room.by(user), DecisionReason.CAUSE_REMEDIED
        await self._if_possible(
            lambda records: release_print_job(records, job.job_id, reason, _LOOK, by)
        )

    async def _if_possible(self, action: Callable[[Records], Awaitable[object]]) -> None:
        with suppress(DomainError):
            async with self.room.store.begin() as records:
                await action(records)

    def seen(self, job: Job) -> Finding:
        """Return what an honest person sees who looks at the book of a job now."""
        serial = job.latest_attempt.book_serial
        if serial in self.printed():
            return Finding.PRINTED
        is_ruined = any(serial in machine.ruined for machine in self.machines.values())
        return Finding.SPOILED if is_ruined else Finding.NOT_PRINTED

    def printed(self) -> dict[str, bytes]:
        """Return the page in each book that came out of a machine, as the ledgers say."""
        return {page.book_serial: page.document for page in self._ledgers()}

    def _ledgers(self) -> list[PrintedPage]:
        return [page for machine in self.machines.values() for page in machine.ledger]

    # What must be true at any time.

    async def check_books(self) -> None:
        """Each serial has one state: in its row, its latest movement, the attempt that has it."""
        assert len(self.books) == len(MACHINES) * BOOKS_PER_MACHINE
        assert await self._latest_movements() == {
            serial: book.state for serial, book in self.books.items()
        }
        for job in self.jobs:
            if job.state in _WITH_BOOK:
                book = self.books[job.latest_attempt.book_serial]
                expected = (_WITH_BOOK[job.state], job.latest_attempt.attempt_id)
                assert (book.state, book.attempt_id) == expected
        in_use = [book for book in self.books.values() if book.state is BookState.ASSIGNED]
        with_book = [job for job in self.jobs if _WITH_BOOK.get(job.state) is BookState.ASSIGNED]
        assert len(in_use) == len(with_book)

    async def _latest_movements(self) -> dict[str, BookState]:
        statement = select(book_movements).order_by(book_movements.c.movement_id)
        latest = {}
        async with self.room.database.read() as connection:
            for row in await connection.execute(statement):
                for serial in SerialRange(row.first_serial, row.book_count):
                    latest[serial] = row.state_after
        return latest

    def check_passports(self) -> None:
        """No clearance has two good books, nor two in the ledgers unless persons wrote one off."""
        good = Counter(
            job.document_number
            for job in self.jobs
            for attempt in job.attempts
            if attempt.outcome is AttemptOutcome.GOOD
        )
        assert all(number == 1 for number in good.values())
        came_out = Counter(
            document
            for serial, document in self._ledgers()
            if self.books[serial].state not in _WRITTEN_OFF
        )
        assert all(number == 1 for number in came_out.values()), came_out
        for serial in self.printed():
            assert self.books[serial].state not in _BLANK, f"{serial} is not blank"

    # What honest persons do at the end.

    async def come_to_an_end(self) -> None:
        """Let everything work, and two persons do what has to be done, until all jobs are over."""
        for service in (*self.frozen, self.service):
            if service.is_stopped:
                await service.go_on()
        for _ in range(_MOST_ROUNDS):
            for machine_id, machine in self.machines.items():
                machine.switch_on()
                if machine.current is not None:
                    machine.print_current()
                await self.service.step(machine_id)
            self.room.seconds += 10.0
            await self.read()
            await self.check_books()
            self.check_passports()
            if all(job.state in ENDED for job in self.jobs):
                return
            await self._look_after_jobs()
        raise AssertionError(f"no way on: {[job for job in self.jobs if job.state not in ENDED]}")

    async def _look_after_jobs(self) -> None:
        for job in self.jobs:
            for user in PERSONS[:2]:
                match job.state:
                    case JobState.QUALITY_CHECK:
                        await self.pass_book(job, user)
                    case JobState.UNKNOWN_OUTCOME:
                        await self.look_at_book(job, user, self.seen(job))
                    case JobState.HELD if user == PERSONS[0]:
                        await self.cancel(job, user)
                    case _:
                        pass
        await self._refill()

    async def _refill(self) -> None:
        waiting = any(job.state is JobState.QUEUED for job in self.jobs)
        loaded = any(book.state is BookState.LOADED for book in self.books.values())
        if waiting and not loaded:
            for job in self.jobs:
                await self.cancel(job, PERSONS[0])

    async def close(self) -> None:
        """End the service and remove all files."""
        for service in (*self.frozen, self.service):
            await service.kill()
        await self.room.database.close()
        await asyncio.to_thread(shutil.rmtree, self.folder)


def at_machine(job: Job) -> bool:
    """Return whether a machine has the job, after the records."""
    return job.state in AT_MACHINE
