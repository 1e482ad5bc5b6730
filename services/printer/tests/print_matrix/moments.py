"""Moments of a running service at which a run disturbs it: around its writes and its IPP calls."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from printer.domain.printer_client import PrinterClient
from printer.store.records import Records, Store

IPP_CALLS = (
    "get_status", "find_job", "pending_jobs", "all_jobs",
    "create_job", "send_document", "cancel_job",
)  # fmt: skip
WRITE = "write"


class ServiceKilled(BaseException):
    """The service died here, as by `kill -9`: nothing of it goes on."""


class Moment(NamedTuple):
    """Just before or just after the n-th write or IPP call of a kind, counted from 1."""

    when: str
    call: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.when} {self.call} {self.occurrence}"


@dataclass(slots=True)
class Moments:
    """The moments of one service process.

    disturb: called when `at` is reached for the first time. may_go_on: cleared while the process
    is frozen, as by SIGSTOP.
    """

    at: Moment | None = None
    disturb: Callable[[], Awaitable[None]] | None = None
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    is_dead: bool = False
    _counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.may_go_on.set()

    async def before(self, call: str) -> int:
        """Let the moment before a call pass; return the call's number."""
        self._counts[call] += 1
        occurrence = self._counts[call]
        await self._reach(Moment("before", call, occurrence))
        return occurrence

    async def after(self, call: str, occurrence: int) -> None:
        """Let the moment after a call pass."""
        await self._reach(Moment("after", call, occurrence))

    async def _reach(self, moment: Moment) -> None:
        await self.may_go_on.wait()
        if self.is_dead:
            raise ServiceKilled
        if moment == self.at and self.disturb is not None:
            disturb, self.disturb = self.disturb, None
            await disturb()


class DisturbedStore(Store):
    """A store whose write transactions are moments."""

    def __init__(self, store: Store, moments: Moments) -> None:
        self._store = store
        self._moments = moments

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        """See Store."""
        # Before it begins, not before its commit: a frozen process would hold its locks. To all
        # others both are the same, as nothing of it is stored.
        occurrence = await self._moments.before(WRITE)
        async with self._store.begin() as records:
            yield records
        await self._moments.after(WRITE, occurrence)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        """See Store."""
        async with self._store.read() as records:
            yield records


class DisturbedClient:
    """A client of a machine whose calls are moments."""

    def __init__(self, client: PrinterClient, moments: Moments) -> None:
        self._client = client
        self._moments = moments

    def __getattr__(self, call: str) -> Any:
        if call not in IPP_CALLS:
            raise AttributeError(call)

        async def disturbed(*arguments: Any) -> Any:
            occurrence = await self._moments.before(call)
            answer = await getattr(self._client, call)(*arguments)
            await self._moments.after(call, occurrence)
            return answer

        return disturbed
