"""A print room in one process: real records, scripted machines, a clock that only tests advance."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.clearance import Clearance, ClearedPage
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.machine import Machine
from printer.domain.printer_client import RequestOutcomeUnknown
from printer.domain.retry_policy import RetryPolicy
from printer.domain.serial_range import SerialRange
from printer.store.records import MIGRATIONS, Records, Store
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.machine_driver import MachineDriver
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.machines import set_paused
from printer.use_cases.stock import load_books, receive_books
from servicekit.storage.database import Database

from services.databases import make_tables, open_database

from .scripted_machine import NOON, ScriptedMachine

JOB_BACKOFF, ATTEMPTS_BEFORE_HOLD = 1.0, 3
RETRY = RetryPolicy(JOB_BACKOFF, ATTEMPTS_BEFORE_HOLD)
BACKOFF_SECONDS, OUTCOME_UNKNOWN_AFTER, ATTEMPT_LIMIT = 1.0, 60.0, 600.0
BOOKS_PER_MACHINE = 3
OPERATOR = "spiffe://id/office/BJM/user/siti/role/operator"
ISSUANCE = "spiffe://id/office/national/service/issuance"


@dataclass(slots=True)
class PrintRoom:
    """Machines with three blank books each: M1 has B1000001 to B1000003, M2 B2000001 and so on."""

    database: Database
    machines: dict[str, ScriptedMachine] = field(default_factory=dict)
    drivers: dict[str, MachineDriver] = field(default_factory=dict)
    seconds: float = 0.0
    signal: ChangeSignal = field(default_factory=ChangeSignal)
    store: Store = field(init=False)
    monitor: MachineMonitor = field(init=False)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.store = Store(self.database)
        self.monitor = MachineMonitor(lambda: self.seconds, BACKOFF_SECONDS)

    @property
    def machine(self) -> ScriptedMachine:
        """The machine M1."""
        return self.machines["M1"]

    def now(self) -> datetime:
        """Return business time: the room is the clock of its drivers."""
        return NOON + timedelta(seconds=self.seconds)

    def operator(self) -> Attribution:
        """Return the operator at the present time."""
        return Attribution(OPERATOR, self.now())

    def new_id(self) -> str:
        """Return an id never given out before."""
        return f"id-{next(self._ids)}"

    async def refusal(
        self, records: Records, job: Job, now: datetime
    ) -> tuple[JobEvent, str] | None:
        """Return what becomes of a job whose clearance is not valid any more: none here expires."""
        return None

    async def add_machine(self, number: int = 1, books: int = BOOKS_PER_MACHINE) -> None:
        """Register the machine M<number> and load it with blank books."""
        machine_id, uuid = f"M{number}", f"urn:uuid:{number}"
        machine = ScriptedMachine(lambda: self.seconds, printer_uuid=uuid)
        self.machines[machine_id] = machine
        async with self.store.begin() as records:
            await records.machines.put(Machine(machine_id, f"ipp://m{number}", uuid, paused=False))
        if books:
            await self.add_books(f"B{number}000001", books, machine_id)
        self.drivers[machine_id] = self.make_driver(machine_id)
        self.monitor.record_compared(machine_id)

    async def add_books(self, first: str, count: int, machine_id: str = "M1") -> None:
        """Receive new books and load them into a machine; leave them in the safe if it is empty."""
        serials, by = SerialRange(first, count), Attribution(OPERATOR, NOON)
        async with self.store.begin() as records:
            await receive_books(records, serials, "N1", by)
            if machine_id:
                await load_books(records, machine_id, serials, by)

    def make_driver(self, machine_id: str) -> MachineDriver:
        """Return a new driver of a machine, as after a restart of the service."""
        return MachineDriver(
            machine_id,
            store=self.store,
            connect=lambda uri, certificate: self.machines[machine_id],
            assign_next_job=AssignNextJob(
                self.store, self.monitor, self, self.new_id, self.refusal, RETRY.longest_backoff
            ),
            monitor=self.monitor,
            clock=self,
            signal=self.signal,
            outcome_unknown_after=OUTCOME_UNKNOWN_AFTER,
            attempt_limit=ATTEMPT_LIMIT,
            retry=RETRY,
            now=self.now,
        )

    async def step(self, after: float = 0.0, machine_id: str = "M1") -> bool:
        """Let seconds pass, then let the driver of a machine do one step; return its answer."""
        self.seconds += after
        return await self.drivers[machine_id].step()

    async def print(
        self, priority_class: int = 3, page: bytes = b"page", chip_sha256: bytes | None = None
    ) -> Job:
        """Put a job into the queue."""
        name = self.new_id()
        number = f"X{name}"
        clearance = Clearance(name, f"a-{name}", number, "", "BJM", NOON)
        job = Job(
            job_id=name, application_id=f"a-{name}", document_number=number, page_sha256=b"",
            priority_class=priority_class, created_at=self.now(), chip_sha256=chip_sha256,
        )  # fmt: skip
        async with self.store.begin() as records:
            cleared = ClearedPage(clearance, "", b"", page, "MRZ")
            return await records.jobs.add(job, cleared, Attribution(ISSUANCE, self.now()))

    async def printed(self, chip_sha256: bytes | None = None) -> Job:
        """Return a job that M1 has printed, whose book waits for its quality check."""
        job = await self.print(chip_sha256=chip_sha256)
        await self.print_next()
        return await self.job(job)

    async def print_next(self) -> None:
        """Let M1 print the next job of the queue."""
        await self.step()
        self.machine.finish()
        await self.step()

    async def silenced(self) -> Job:
        """Return a job whose outcome is unknown: M1 was silent for a while after it was sent."""
        job = await self.print()
        await self.step()
        self.machine.unavailable = RequestOutcomeUnknown
        await self.step()
        await self.step(after=OUTCOME_UNKNOWN_AFTER + 1)
        self.machine.unavailable = None
        return await self.job(job)

    def by(self, user: str, office: str = "BJM", role: str = "operator") -> Attribution:
        """Return a person who does something now."""
        return Attribution(f"spiffe://id/office/{office}/user/{user}/role/{role}", self.now())

    async def job(self, job: Job) -> Job:
        """Return a job as it is now."""
        async with self.store.read() as records:
            return await records.jobs.get(job.job_id)

    async def books(self, state: BookState) -> list[str]:
        """Return the serials of the books in a state."""
        async with self.store.read() as records:
            return [book.serial for book in await records.books.list_after("", 1000, state=state)]

    async def pause(self, machine_id: str = "M1") -> None:
        """Pause a machine, as an operator does."""
        async with self.store.begin() as records:
            await set_paused(records, machine_id, self.operator(), paused=True)

    async def resume(self, machine_id: str = "M1") -> None:
        """Resume a machine, as an operator does."""
        async with self.store.begin() as records:
            await set_paused(records, machine_id, self.operator(), paused=False)


@asynccontextmanager
async def a_print_room(database_url: str) -> AsyncIterator[PrintRoom]:
    """Open a print room with the machine M1 over a new database."""
    make_tables(database_url, MIGRATIONS)
    database = open_database(database_url)
    try:
        room = PrintRoom(database)
        await room.add_machine()
        yield room
    finally:
        await database.close()
