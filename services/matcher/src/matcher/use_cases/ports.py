"""What the use cases need of the world: records kept, and an index to search."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.biometrics import Encounter, EncounterStatus, Finger, Image
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Decision, DecisionRecord
from matcher.domain.enrolment import Enrolment
from matcher.domain.shortlist import (
    FingerFeatures,
    IndexState,
    SearchDepth,
    SearchScope,
    Shortlist,
    StoredPerson,
)


class Changes(Protocol):
    """The log of changes."""

    async def head(self) -> ChangeToken:
        """The latest committed change."""
        ...


class Encounters(Protocol):
    """Encounters and what was taken of their fingers."""

    async def begun_by(self, enrolment: Enrolment) -> Encounter | None:
        """The encounter an earlier attempt of this request added; raises RequestIdReused."""
        ...

    async def add(
        self, enrolment: Enrolment, found: Sequence[Finger], status: EncounterStatus, now: datetime
    ) -> Encounter:
        """Add one; raises EncounterExists, RequestIdReused."""
        ...

    async def get(self, encounter_id: str) -> Encounter:
        """One; raises EncounterNotFound."""
        ...

    async def set_status(
        self, encounter_id: str, status: EncounterStatus, revision: int
    ) -> Encounter:
        """Move one; raises EncounterNotFound, StaleRevision."""
        ...

    async def delete(self, encounter_id: str) -> ChangeToken:
        """Remove one for good; raises EncounterNotFound."""
        ...

    async def person(self, person_id: str) -> StoredPerson | None:
        """A person's searchable encounters, newest first."""
        ...

    async def templates(self, encounter_ids: Sequence[str]) -> Mapping[str, Mapping[int, bytes]]:
        """Records by encounter id and position; encounters that are not there are left out."""
        ...

    async def image(self, encounter_id: str, position: int) -> Image | None:
        """The picture a finger was read from, if kept."""
        ...

    async def pending(self) -> tuple[int, datetime | None]:
        """How many are PENDING, and since when the oldest is."""
        ...


class Decisions(Protocol):
    """The chain of decisions."""

    async def append(self, decision: Decision) -> DecisionRecord:
        """Record one."""
        ...

    async def get(self, decision_id: str) -> DecisionRecord:
        """One; raises DecisionNotFound."""
        ...

    async def count(self) -> tuple[int, int]:
        """How many there are, and how many of them are UNDECIDED."""
        ...


class Records(Protocol):
    """Everything kept, within one transaction."""

    @property
    def transaction(self) -> AsyncConnection:
        """For whoever keeps something else in the same commit."""
        ...

    @property
    def changes(self) -> Changes:
        """The log of changes."""
        ...

    @property
    def encounters(self) -> Encounters:
        """Encounters."""
        ...

    @property
    def decisions(self) -> Decisions:
        """Decisions."""
        ...


class Store(Protocol):
    """Transactions."""

    def write(self) -> AbstractAsyncContextManager[Records]:
        """Change things: all or nothing."""
        ...

    def read(self) -> AbstractAsyncContextManager[Records]:
        """See one state of everything."""
        ...


class Index(Protocol):
    """Finds the persons worth comparing."""

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        reach: SearchDepth,
        *,
        within: float,
    ) -> Shortlist:
        """The most promising persons by all that is committed; raises IndexBehind."""
        ...

    def state(self) -> IndexState:
        """What it holds."""
        ...
