"""A shop floor in one process: the real store, a machine that does as it is told, a held clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from printer.domain.clearance import Clearance
from printer.domain.job import Job
from printer.domain.machine import (
    Machine,
    MachineJob,
    MachineRefused,
    MachineSilent,
    Order,
    Phase,
    Sighting,
)
from printer.store.records import MIGRATIONS, SqlStore
from printer.use_cases.assign import Assign
from printer.use_cases.bell import Bell
from printer.use_cases.floor import Floor
from printer.use_cases.records import Intake, Note
from printer.use_cases.tend import Tend
from servicekit.storage.database import Database, migrate

NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
REST_SECONDS, LOSE_AFTER = 1.0, 60.0


@dataclass(slots=True)
class FakeMachine:
    """Keeps its jobs; with `silent` or `cut_at_create` it raises that instead of answering."""

    uuid: str = "urn:uuid:1"
    jobs: list[MachineJob] = field(default_factory=list)
    silent: type[MachineSilent] | None = None
    cut_at_create: type[MachineSilent] | None = None
    idle: bool = True

    async def look(self) -> Sighting:
        self._answer()
        return Sighting(
            printer_uuid=self.uuid, up_time=100, asked_at=NOON, last_contact_at=NOON, idle=self.idle,
            stopped=False, accepting=True, reasons=(),
        )  # fmt: skip

    async def find(self, name: str, number: int | None = None) -> MachineJob | None:
        self._answer()
        return next((job for job in self.jobs if job.name == name), None)

    async def not_begun(self) -> list[MachineJob]:
        waiting = (Phase.WITHOUT_DOCUMENT, Phase.WAITING)
        return [job for job in self.jobs if job.phase in waiting]

    async def create(self, order: Order) -> int:
        self.silent = self.silent or self.cut_at_create
        self._answer()
        if await self.not_begun():
            raise MachineRefused("busy")
        self.jobs.append(self.a_job(order.name, Phase.WITHOUT_DOCUMENT))
        return len(self.jobs)

    async def send(self, number: int, order: Order) -> None:
        self._answer()
        self.jobs[number - 1] = self.a_job(order.name, Phase.PRINTING)

    async def cancel(self, number: int) -> None:
        self.jobs[number - 1] = self.a_job(self.jobs[number - 1].name, Phase.GIVEN_UP)

    def finish(self) -> None:
        """Complete the last job."""
        self.jobs[-1] = self.a_job(self.jobs[-1].name, Phase.COMPLETED)

    def a_job(self, name: str, phase: Phase) -> MachineJob:
        began = phase in (Phase.PRINTING, Phase.COMPLETED)
        return MachineJob(len(self.jobs) or 1, name, phase, began, None)

    def _answer(self) -> None:
        if self.silent is not None:
            raise self.silent("no answer")


@dataclass(slots=True)
class ShopFloor:
    """One machine M1 with three books."""

    store: SqlStore
    machine: FakeMachine = field(default_factory=FakeMachine)
    seconds: float = 0.0
    floor: Floor = field(init=False)
    tend: Tend = field(init=False)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.floor = Floor(lambda: self.seconds, REST_SECONDS)
        self.tend = Tend(
            store=self.store,
            links=lambda uri: self.machine,
            assign=Assign(self.store, self.floor, self, self.new_id),
            floor=self.floor,
            clock=self,
            bell=Bell(),
            lose_after=LOSE_AFTER,
        )

    def now(self) -> datetime:
        """The business clock."""
        return NOON + timedelta(seconds=self.seconds)

    def new_id(self) -> str:
        """An id never given out before."""
        return f"id-{next(self._ids)}"

    async def step(self, after: float = 0.0) -> None:
        """Let seconds pass, then tend the machine once."""
        self.seconds += after
        await self.tend("M1")

    async def order(self) -> Job:
        """A job in the queue."""
        name = self.new_id()
        number = f"X{name}"
        clearance = Clearance(name, "a", number, "", "BJM", NOON)
        job = Job(
            job_id=name, application_id="a", document_number=number, page_sha256=b"", priority_class=3,
            created_at=NOON,
        )  # fmt: skip
        async with self.store.begin() as records:
            return await records.jobs.add(job, Intake(clearance, "", b"", b"page", ""))

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
    store = SqlStore(database)
    serials = ["B000001", "B000002", "B000003"]
    async with store.begin() as records:
        await records.machines.put(Machine("M1", "ipp://m1", "urn:uuid:1", paused=False))
        await records.books.receive(serials, "N1", Note("operator", NOON))
        await records.books.load(serials, "M1")
    try:
        yield ShopFloor(store)
    finally:
        await database.close()
