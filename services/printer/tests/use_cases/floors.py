"""A shop floor in one process: the real store, a machine that does as it is told, a held clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from printer.domain.attribution import Attribution
from printer.domain.clearance import Clearance, ClearedPage
from printer.domain.job import Job
from printer.domain.machine import Machine
from printer.domain.printer_client import (
    JobSubmission,
    MachineJob,
    MachineJobPhase,
    MachineUnavailable,
    PrinterStatus,
    RequestRefused,
)
from printer.store.records import MIGRATIONS, Store
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.machine_driver import MachineDriver
from printer.use_cases.machine_monitor import MachineMonitor
from servicekit.storage.database import Database, migrate

NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
BACKOFF_SECONDS, OUTCOME_UNKNOWN_AFTER = 1.0, 60.0


@dataclass(slots=True)
class FakeMachine:
    """Keeps its jobs; with `silent` or `cut_at_create` it raises that instead of answering."""

    uuid: str = "urn:uuid:1"
    jobs: list[MachineJob] = field(default_factory=list)
    silent: type[MachineUnavailable] | None = None
    cut_at_create: type[MachineUnavailable] | None = None
    idle: bool = True

    async def get_status(self) -> PrinterStatus:
        self._answer()
        return PrinterStatus(
            printer_uuid=self.uuid, up_time=100, asked_at=NOON, answered_at=NOON, idle=self.idle,
            stopped=False, accepting_jobs=True, state_reasons=(),
        )  # fmt: skip

    async def find_job(self, name: str, expected_id: int | None = None) -> MachineJob | None:
        self._answer()
        return next((job for job in self.jobs if job.name == name), None)

    async def pending_jobs(self) -> list[MachineJob]:
        waiting = (MachineJobPhase.AWAITING_DOCUMENT, MachineJobPhase.PENDING)
        return [job for job in self.jobs if job.phase in waiting]

    async def create_job(self, submission: JobSubmission) -> int:
        self.silent = self.silent or self.cut_at_create
        self._answer()
        if await self.pending_jobs():
            raise RequestRefused("busy")
        self.jobs.append(self.a_job(submission.name, MachineJobPhase.AWAITING_DOCUMENT))
        return len(self.jobs)

    async def send_document(self, machine_job_id: int, submission: JobSubmission) -> None:
        self._answer()
        self.jobs[machine_job_id - 1] = self.a_job(submission.name, MachineJobPhase.PROCESSING)

    async def cancel_job(self, machine_job_id: int) -> None:
        self.jobs[machine_job_id - 1] = self.a_job(
            self.jobs[machine_job_id - 1].name, MachineJobPhase.CANCELLED_OR_ABORTED
        )

    def finish(self) -> None:
        """Complete the last job."""
        self.jobs[-1] = self.a_job(self.jobs[-1].name, MachineJobPhase.COMPLETED)

    def a_job(self, name: str, phase: MachineJobPhase) -> MachineJob:
        began = phase in (MachineJobPhase.PROCESSING, MachineJobPhase.COMPLETED)
        return MachineJob(len(self.jobs) or 1, name, phase, began, None)

    def _answer(self) -> None:
        if self.silent is not None:
            raise self.silent("no answer")


@dataclass(slots=True)
class ShopFloor:
    """One machine M1 with three books."""

    store: Store
    machine: FakeMachine = field(default_factory=FakeMachine)
    seconds: float = 0.0
    monitor: MachineMonitor = field(init=False)
    driver: MachineDriver = field(init=False)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.monitor = MachineMonitor(lambda: self.seconds, BACKOFF_SECONDS)
        self.driver = MachineDriver(
            "M1",
            store=self.store,
            connect=lambda uri: self.machine,
            assign_next_job=AssignNextJob(self.store, self.monitor, self, self.new_id),
            monitor=self.monitor,
            clock=self,
            signal=ChangeSignal(),
            outcome_unknown_after=OUTCOME_UNKNOWN_AFTER,
        )

    def now(self) -> datetime:
        """The business clock."""
        return NOON + timedelta(seconds=self.seconds)

    def new_id(self) -> str:
        """An id never given out before."""
        return f"id-{next(self._ids)}"

    async def step(self, after: float = 0.0) -> None:
        """Let seconds pass, then let its driver do one step."""
        self.seconds += after
        await self.driver.step()

    async def order(self) -> Job:
        """A job in the queue."""
        name = self.new_id()
        number = f"X{name}"
        clearance = Clearance(name, "a", number, "", "BJM", NOON)
        job = Job(
            job_id=name, application_id="a", document_number=number, page_sha256=b"",
            priority_class=3, created_at=NOON,
        )  # fmt: skip
        async with self.store.begin() as records:
            return await records.jobs.add(job, ClearedPage(clearance, "", b"", b"page", ""))

    async def job(self, job_id: str) -> Job:
        """A job as it is now."""
        async with self.store.read() as records:
            return await records.jobs.get(job_id)


@asynccontextmanager
async def a_shop_floor(folder: Path) -> AsyncIterator[ShopFloor]:
    """A floor over a new database."""
    url = f"sqlite+aiosqlite:///{folder / 'printer.db'}"
    migrate(url, MIGRATIONS)
    database = Database(url)
    store = Store(database)
    serials = ["B000001", "B000002", "B000003"]
    async with store.begin() as records:
        await records.machines.put(Machine("M1", "ipp://m1", "urn:uuid:1", paused=False))
        await records.books.receive(serials, "N1", Attribution("operator", NOON))
        await records.books.load(serials, "M1")
    try:
        yield ShopFloor(store)
    finally:
        await database.close()
