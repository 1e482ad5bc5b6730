"""What the use cases ask of the database: three kinds of records within one transaction."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from printer.domain.book import Book, BookMove, BookState
from printer.domain.clearance import Clearance
from printer.domain.job import Event, Job, JobState
from printer.domain.machine import Machine


@dataclass(frozen=True, slots=True)
class Note:
    """Who did something, when (business time) and why; kept in the history."""

    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """What a job is made from, kept as evidence. zone: both lines of the page, 88 characters."""

    clearance: Clearance
    token: str
    payload: bytes
    page: bytes
    zone: str


class Jobs(Protocol):
    """Print jobs."""

    async def get(self, job_id: str) -> Job:
        """One job; raises JobNotFound."""
        ...

    async def add(self, job: Job, intake: Intake) -> Job:
        """Queue a new job; raises ClearanceUsed, DocumentAlreadyCleared."""
        ...

    async def save(self, job: Job, event: Event, note: Note) -> Job:
        """Keep a job after an event, with the next change number; raises StaleRevision."""
        ...

    async def at_machine(self, machine_id: str) -> Job | None:
        """The job that is ASSIGNED or SENT to a machine."""
        ...

    async def queued(self, limit: int) -> list[Job]:
        """The first jobs of the queue: by priority_class, then by age."""
        ...

    async def page(self, job_id: str) -> bytes:
        """The PDF to be printed."""
        ...

    async def zone(self, job_id: str) -> str:
        """The machine readable zone on the page, 88 characters."""
        ...

    async def listed(self, state: JobState | None, after: int, limit: int) -> list[tuple[int, Job]]:
        """Jobs, oldest first, with the number to go on from."""
        ...

    async def changed(self, after: int, limit: int) -> list[Job]:
        """Jobs whose last change is later than `after`, by that change."""
        ...

    async def last_change(self) -> int:
        """The latest change number given out."""
        ...

    async def count(self) -> dict[JobState, int]:
        """Jobs by state."""
        ...


class Books(Protocol):
    """Blank books and what became of them."""

    async def receive(self, serials: list[str], delivery_note: str, note: Note) -> None:
        """Put new books into the safe; raises BooksAlreadyReceived."""
        ...

    async def load(self, serials: list[str], machine_id: str) -> None:
        """Hand books from the safe to a machine; raises BooksNotInSafe."""
        ...

    async def next_blank(self, machine_id: str) -> str | None:
        """The next untouched book in a machine."""
        ...

    async def move(self, move: BookMove, book: Book) -> None:
        """Bring a book from the move's source to `book`; raises StaleRevision if not there."""
        ...

    async def listed(self, state: BookState | None, after: str, limit: int) -> list[Book]:
        """Books by serial."""
        ...

    async def count(self) -> dict[BookState, int]:
        """Books by state."""
        ...

    async def count_by_machine(self, state: BookState) -> dict[str, int]:
        """Books in a state by machine."""
        ...


class Machines(Protocol):
    """Machines of the office."""

    async def get(self, machine_id: str) -> Machine:
        """One machine; raises MachineNotFound."""
        ...

    async def all(self) -> list[Machine]:
        """All, by id."""
        ...

    async def put(self, machine: Machine) -> None:
        """Add a machine, or replace what is known of it."""
        ...


class Records(Protocol):
    """Everything, as one transaction sees it."""

    @property
    def jobs(self) -> Jobs:
        """Print jobs."""
        ...

    @property
    def books(self) -> Books:
        """Books."""
        ...

    @property
    def machines(self) -> Machines:
        """Machines."""
        ...


class Store(Protocol):
    """Where records are kept."""

    def begin(self) -> AbstractAsyncContextManager[Records]:
        """A transaction that may write; committed at the end of the block."""
        ...

    def read(self) -> AbstractAsyncContextManager[Records]:
        """A transaction that only reads."""
        ...
