"""What the use cases need of a database about work owed to others, and what they answer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from issuance.domain.owed import Owed
from issuance.domain.states import Work
from issuance.use_cases.kept import (
    Backlog,
)


class LeaseLost(Exception):
    """The attempt took too long: the work is somebody else's by now."""


class OutboxBacklog(Protocol):
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


class Watches(Protocol):
    """How far the printers' events have been taken in."""

    async def token(self, office: str) -> str:
        """Where to go on; empty at the beginning."""
        ...

    async def keep(self, office: str, token: str) -> None:
        """Everything up to here is taken in."""
        ...
