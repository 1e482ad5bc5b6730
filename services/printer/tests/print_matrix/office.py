"""An office for one run: a database, two machines, a service that may die, honest operators."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import ClassVar

from printer.domain.attribution import Attribution
from printer.domain.clearance import Clearance, ClearedPage
from printer.domain.errors import ClearanceUsed, DocumentAlreadyCleared
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.machine import Machine as RegisteredMachine
from printer.domain.serial_range import SerialRange
from printer.store.records import MIGRATIONS, Store
from printer.use_cases.stock import load_books, receive_books
from servicekit.storage.database import Database, migrate

from .machines import Machine
from .moments import Moments
from .operators import MRZ, SITI, look_after_jobs
from .service import Service

ISSUANCE = "spiffe://id/office/national/service/issuance"
NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
BOOKS_PER_MACHINE = 4
PAGE = b"page " * 200
_TICK_SECONDS = 0.5
# Real seconds: at once, or so slow that the service sees it printing.
_BOOK_SECONDS = (0.0, 0.02)
_MOST_TICKS = 400
_FAR_TOO_MANY = 3
_OVER = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


@dataclass(slots=True)
class Office:
    """Everything of one run but the disturbance.

    chance: decides whether the backup knows the job already, and how fast machines are. seconds:
    virtual time since noon. while_service_is_down: done once, between the death of the
    service and its next start.
    """

    one_clearance: ClassVar[bool] = True

    folder: Path
    chance: Random
    seconds: float = 0.0
    machines: dict[str, Machine] = field(default_factory=dict)
    next_moments: Moments = field(default_factory=Moments)
    while_service_is_down: Callable[[], Awaitable[None]] | None = None
    service: Service = field(init=False)
    _requests: "count[int]" = field(default_factory=count)
    _services: list[Service] = field(default_factory=list)
    _database: Database = field(init=False)

    @property
    def database_url(self) -> str:
        """URL of its database."""
        return f"sqlite+aiosqlite:///{self._file}"

    @property
    def _file(self) -> Path:
        return self.folder / "office.sqlite"

    @property
    def _backup(self) -> Path:
        return self.folder / "backup.sqlite"

    @property
    def store(self) -> Store:
        """Its records, as those who are not the service see them."""
        return Store(self._database)

    def now(self) -> datetime:
        """Return the virtual time, for business and for machines."""
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return the time, seconds."""
        return self.seconds

    async def open(self) -> None:
        """Set up two machines with blank books, and a job in the queue."""
        shutil.copy(_empty_database(), self._file)
        self._database = Database(self.database_url)
        for number in (1, 2):
            await self._add_machine(number)
        backed_up_before = self.chance.random() < 0.5
        if backed_up_before:
            self.back_up()
        await self.issuance_asks_for_a_passport()
        if not backed_up_before:
            self.back_up()

    async def start_service(self, moments: Moments | None = None) -> None:
        """Start a process of the service, disturbed at `next_moments` unless told otherwise."""
        if moments is None:
            moments, self.next_moments = self.next_moments, Moments()
        service = Service(self.database_url, self.now, self.monotonic, moments)
        await service.start()
        self.service = service
        self._services.append(service)

    async def replace_service(self) -> None:
        """Kill the process and start another one."""
        await self.service.kill()
        if self.while_service_is_down is not None:
            work, self.while_service_is_down = self.while_service_is_down, None
            await work()
        await self.start_service()

    def back_up(self) -> None:
        """Copy the database as it is now."""
        with (
            closing(sqlite3.connect(self._file)) as now,
            closing(sqlite3.connect(self._backup)) as copy,
        ):
            now.backup(copy)

    async def restore(self) -> None:
        """Put the backup back, with the service and all others away."""
        await self._database.close()
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                (self.folder / f"office.sqlite{suffix}").unlink()
        shutil.copy(self._backup, self._file)
        self._database = Database(self.database_url)
        await self.issuance_asks_for_a_passport()

    async def issuance_asks_for_a_passport(self) -> None:
        """Send the one clearance, under a new request id each time."""
        asked = next(self._requests)
        suffix = "" if self.one_clearance else f"-{asked}"
        number, expires_at = f"X0000001{suffix}", NOON + timedelta(days=30)
        application = f"A-1{suffix}"
        clearance = Clearance(f"c-1{suffix}", application, number, "", "BJM", expires_at)
        job = Job(
            job_id=f"job-{asked}", application_id=application, document_number=number,
            page_sha256=sha256(PAGE).digest(), priority_class=3, created_at=self.now(),
        )  # fmt: skip
        async with self.store.begin() as records:
            with suppress(ClearanceUsed, DocumentAlreadyCleared):
                cleared = ClearedPage(clearance, "", b"", PAGE, MRZ)
                await records.jobs.add(job, cleared, Attribution(ISSUANCE, self.now()))

    async def jobs(self) -> list[Job]:
        """Return all jobs."""
        async with self.store.read() as records:
            return [job for _, job in await records.jobs.list_after(0, None, 100)]

    async def until_over(self) -> bool:
        """Let time pass until there are jobs and all are over; return whether that came to pass."""
        for _ in range(_MOST_TICKS):
            await self.tick()
            jobs = await self.jobs()
            if jobs and all(job.state in _OVER for job in jobs):
                return True
            if len(self.printed_books()) > _FAR_TOO_MANY:
                return False
        return False

    async def until_machines_are_idle(self) -> None:
        """Let time pass until every machine has done what it was given."""
        for _ in range(_MOST_TICKS):
            await self.tick()
            if all(machine.is_idle for machine in self.machines.values()):
                return

    async def tick(self) -> None:
        """Let half a second pass, in which operators do their work and machines are repaired."""
        self.seconds += _TICK_SECONDS
        self.service.signal.notify()
        await asyncio.sleep(0.01)
        for machine in self.machines.values():
            await machine.repair()
        if not self.service.is_running:
            await self.replace_service()
        await look_after_jobs(self.store, set(self.printed_books()), self.now())

    def printed_books(self) -> list[str]:
        """Return the serial of each book whenever a page was printed in it, as the ledgers say."""
        return [line["book_serial"] for each in self.machines.values() for line in each.ledger]

    async def close(self) -> None:
        """End everything and remove its files."""
        for service in self._services:
            await service.kill()
        for machine in self.machines.values():
            await machine.kill()
        await self._database.close()
        shutil.rmtree(self.folder)

    async def _add_machine(self, number: int) -> None:
        machine_id = f"M{number}"
        folder = self.folder / machine_id
        machine = self.machines[machine_id] = Machine(
            machine_id, folder, self.monotonic, book_seconds=self.chance.choice(_BOOK_SECONDS)
        )
        folder.mkdir()
        await machine.first_start()
        serials = SerialRange(f"B{number}000001", BOOKS_PER_MACHINE)
        registered = RegisteredMachine(machine_id, machine.uri, machine.printer_uuid, paused=False)
        async with self.store.begin() as records:
            await records.machines.put(registered)
            await receive_books(records, serials, "N1", Attribution(SITI, NOON))
            await load_books(records, machine_id, serials, Attribution(SITI, NOON))


@cache
def _empty_database() -> Path:
    file = Path(mkdtemp(prefix="print-matrix-")) / "empty.sqlite"
    migrate(f"sqlite+aiosqlite:///{file}", MIGRATIONS)
    return file
