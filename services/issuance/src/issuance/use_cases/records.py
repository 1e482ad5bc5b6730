"""What the use cases need of a database. Everything here belongs to one transaction."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from issuance.domain.adjudication import TaskState
from issuance.domain.case import Case, Entry
from issuance.domain.notices import Notice
from issuance.domain.office import Machines
from issuance.domain.outage import Outage, Scope
from issuance.domain.owed import Owed
from issuance.domain.schedule import Row
from issuance.domain.states import State, Work
from issuance.domain.words import Text
from issuance.use_cases.kept import (
    Backlog,
    InQueue,
    KeptNotice,
    KeptOutage,
    Link,
    Page,
    Question,
)


class Cases(Protocol):
    """Cases, their history and, until the matcher has them, their fingers."""

    async def add(self, case: Case) -> None:
        """A new case."""
        ...

    async def get(self, case: str) -> Case:
        """The case, locked where the transaction writes. Raises ApplicationNotFound."""
        ...

    async def save(self, case: Case) -> None:
        """Keep a case whose revision is one more than the one kept."""
        ...

    async def told(self, notices: Sequence[Notice], why: Text) -> Sequence[Notice]:
        """Another day, or none, is told because of `why`: each case's next revision.

        Returns the notices about cases that still wait for a book.
        """
        ...

    async def page(
        self, page: Page, office: str | None, state: State | None
    ) -> Sequence[tuple[int, Case]]:
        """Row numbers and cases, in order of their making."""
        ...

    async def note(self, entry: Entry) -> None:
        """One more line of history."""
        ...

    async def history(self, case: str) -> Sequence[Entry]:
        """Oldest first."""
        ...

    async def queue(self, office: str) -> Sequence[InQueue]:
        """Complete cases without a book in hand, in order of completion."""
        ...

    async def released(self, office: str, day: date) -> int:
        """How many were sent to the machines on a day."""
        ...

    async def to_collect(self, office: str) -> Sequence[Row]:
        """Days of completion and of collection of those whose passport lies ready."""
        ...

    async def keep_fingers(self, case: str, fingers: bytes) -> None:
        """Until the matcher has them; they replace earlier ones."""
        ...

    async def fingers(self, case: str) -> bytes:
        """What was kept; empty when nothing is."""
        ...

    async def drop_fingers(self, case: str) -> None:
        """Nothing of them stays."""
        ...

    async def by_state(self) -> Mapping[State, int]:
        """How many are in each state."""
        ...

    async def next(self, counter: str) -> int:
        """The next number of a counter, from 1 on."""
        ...


class LeaseLost(Exception):
    """The attempt took too long: the work is somebody else's by now."""


class OwedWork(Protocol):
    """The outbox."""

    async def add(self, owed: Owed) -> None:
        """One more piece, to be done at once."""
        ...

    async def lease(
        self,
        kinds: Collection[Work],
        limit: int,
        stopped: Collection[str],
        now: datetime,
        until: datetime,
    ) -> Sequence[Owed]:
        """Take up to `limit` pieces whose time has come, but none of the `stopped` offices."""
        ...

    async def done(self, owed: Owed) -> bool:
        """Strike it off; False when that was done before."""
        ...

    async def postpone(self, owed: Owed, until: datetime, trouble: str, *, counts: bool) -> None:
        """Give it back for later, unless the lease is lost. counts: as an attempt that failed."""
        ...

    async def renew(self, owed: Owed, request_id: str, clearance: str) -> Owed:
        """Keep what the next attempts send. Raises LeaseLost."""
        ...

    async def is_owed(self, case: str, kind: Work) -> bool:
        """Whether it is not done yet."""
        ...

    async def abandon_leases(self) -> None:
        """Give back what an earlier life of this replica had leased."""
        ...

    async def backlog(self, now: datetime) -> Sequence[Backlog]:
        """What is owed, by kind. now: real time."""
        ...


class Tasks(Protocol):
    """Examiners' tasks."""

    async def add(self, question: Question) -> None:
        """A new task, without looks."""
        ...

    async def get(self, task: str) -> Question:
        """Locked where the transaction writes. Raises TaskNotFound."""
        ...

    async def save(self, question: Question) -> None:
        """The claim, the looks that are new, the end."""
        ...

    async def page(
        self, page: Page, office: str | None, states: Collection[TaskState]
    ) -> Sequence[tuple[int, Question]]:
        """Row numbers and tasks, oldest first."""
        ...

    async def count_open(self) -> int:
        """Those not decided yet."""
        ...


class Outages(Protocol):
    """Outages, and who waits for them."""

    async def add(self, kept: KeptOutage) -> None:
        """A new one."""
        ...

    async def get(self, outage: str) -> KeptOutage:
        """Raises OutageNotFound."""
        ...

    async def save(self, kept: KeptOutage) -> None:
        """Its end, mostly."""
        ...

    async def newest(self, limit: int, open_only: bool) -> Sequence[KeptOutage]:
        """Newest first."""
        ...

    async def lasting(self) -> Mapping[str, Outage]:
        """Those without an end by id, oldest first."""
        ...

    async def reaching(self, office: str) -> Sequence[Outage]:
        """All that an office suffers or suffered from."""
        ...

    async def of_scope(self, scope: Scope, office: str) -> Sequence[Outage]:
        """All of one scope and office, past ones too."""
        ...

    async def link(self, outage: str, case: str, since: datetime) -> None:
        """The case waits for it; once is enough."""
        ...

    async def link_waiting(self, kept: KeptOutage) -> None:
        """Link everybody who waits for it now, from its beginning or the beginning of the wait."""
        ...

    async def links(self, cases: Collection[str]) -> Mapping[str, Sequence[Link]]:
        """What each case waited or waits for."""
        ...


class Notices(Protocol):
    """What people were told."""

    async def add(self, office: str, notices: Sequence[Notice], at: datetime) -> None:
        """The next notice about each application; no two about one."""
        ...

    async def page(
        self, page: Page, office: str | None, case: str | None
    ) -> Sequence[tuple[int, KeptNotice]]:
        """Row numbers and notices, oldest first."""
        ...


class Plans(Protocol):
    """What plans are made from, and when they were last asked."""

    async def touch(self, offices: Collection[str]) -> None:
        """Something happened that may change the plans of these offices."""
        ...

    async def asked_at(self, office: str) -> datetime:
        """When the notices that were due were last sent."""
        ...

    async def changes(self) -> Mapping[str, int]:
        """How often something happened that may change an office's plan, by office."""
        ...

    async def asked(self, office: str, at: datetime) -> None:
        """The notices that were due at this time are sent."""
        ...

    async def machines(self, office: str) -> list[Machines]:
        """By day."""
        ...

    async def set_machines(self, office: str, machines: Machines) -> None:
        """From a day on; what was said of that day before is replaced."""
        ...

    async def open(self, office: str, machines: Machines, now: datetime) -> None:
        """Begin to plan for an office; nothing happens if it was begun before."""
        ...


class Watches(Protocol):
    """How far the printers' events have been taken in."""

    async def token(self, office: str) -> str:
        """Where to go on; empty at the beginning."""
        ...

    async def keep(self, office: str, token: str) -> None:
        """Everything up to here is taken in."""
        ...


class Records(Protocol):
    """Everything kept, as one transaction sees it."""

    @property
    def cases(self) -> Cases:
        """Cases, history, fingers."""
        ...

    @property
    def work(self) -> OwedWork:
        """The outbox."""
        ...

    @property
    def tasks(self) -> Tasks:
        """Examiners' tasks."""
        ...

    @property
    def outages(self) -> Outages:
        """Outages and who waits for them."""
        ...

    @property
    def notices(self) -> Notices:
        """What people were told."""
        ...

    @property
    def plans(self) -> Plans:
        """What plans are made from."""
        ...

    @property
    def watches(self) -> Watches:
        """How far the printers were heard."""
        ...


class Transactions(Protocol):
    """Where transactions come from."""

    def begin(self) -> AbstractAsyncContextManager[Records]:
        """One that writes, committed at the end of the block."""
        ...

    def read(self) -> AbstractAsyncContextManager[Records]:
        """One that sees one state of the database."""
        ...
