"""What the use cases need of a database about cases and those who apply."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from issuance.domain.adjudication import TaskState
from issuance.domain.case import Case, Entry
from issuance.domain.notices import Notice
from issuance.domain.schedule import Row
from issuance.domain.states import State
from issuance.domain.words import Text
from issuance.use_cases.kept import (
    InQueue,
    KeptNotice,
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
