"""One process of the printer service, as far as it drives machines, over an office's database."""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.job import Job
from printer.domain.retry_policy import RetryPolicy
from printer.ipp.client import IppPrinterClient
from printer.store.dispatch_epoch import DispatchEpoch, begin_dispatch_epoch
from printer.store.records import Records, Store
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.dispatcher import Dispatcher
from printer.use_cases.fenced_printer_client import FencedPrinterClient
from printer.use_cases.machine_driver import MachineDriver
from printer.use_cases.machine_monitor import MachineMonitor
from servicekit.storage.database import Database

from .moments import DisturbedClient, DisturbedStore, Moments

_POLL_SECONDS = 0.01
_TIMEOUT_SECONDS = 2.0
_BACKOFF_SECONDS = 1.0
OUTCOME_UNKNOWN_AFTER = 10.0
_ATTEMPT_LIMIT = 60.0
_RETRY = RetryPolicy(backoff_seconds=1.0, attempts=5)
_ids = itertools.count(1)


@dataclass(slots=True)
class Service:
    """A process that dispatches from its start to its end; `moments` are its own."""

    database_url: str
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    moments: Moments
    signal: ChangeSignal = field(default_factory=ChangeSignal)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _database: Database = field(init=False)
    _session: aiohttp.ClientSession = field(init=False)
    _epoch: DispatchEpoch = field(init=False)
    _dispatching: "asyncio.Task[None]" = field(init=False)

    async def start(self) -> None:
        """Begin to dispatch."""
        self._database = Database(self.database_url)
        by = Attribution(PRINTER_SERVICE, self.now())
        self._epoch = await begin_dispatch_epoch(self._database, _TIMEOUT_SECONDS, by)
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        store = DisturbedStore(Store(self._database, self._epoch), self.moments)
        monitor = MachineMonitor(self.monotonic, _BACKOFF_SECONDS)
        assign_next_job = AssignNextJob(
            store, monitor, self, _new_id, _refuse_nothing, _RETRY.longest_backoff
        )

        def driver(machine_id: str) -> MachineDriver:
            return MachineDriver(
                machine_id,
                store=store,
                connect=self._connect,
                assign_next_job=assign_next_job,
                monitor=monitor,
                clock=self,
                signal=self.signal,
                outcome_unknown_after=OUTCOME_UNKNOWN_AFTER,
                attempt_limit=_ATTEMPT_LIMIT,
                retry=_RETRY,
                now=self.now,
            )

        dispatcher = Dispatcher(store, driver, self.signal, _POLL_SECONDS)
        self._dispatching = asyncio.create_task(dispatcher.run(self._stopping))

    @property
    def is_running(self) -> bool:
        """Whether it dispatches still."""
        return not self._dispatching.done()

    def stop(self) -> None:
        """Stop dispatching, as at SIGTERM."""
        self._stopping.set()
        self.signal.notify()

    async def kill(self) -> None:
        """Let it die at once; what it was about to write or to send is never done."""
        self.moments.is_dead = True
        self.moments.may_go_on.set()
        self._dispatching.cancel()
        with suppress(BaseException):
            await self._dispatching
        await self._session.close()
        await self._database.close()

    def _connect(self, uri: str, certificate_sha256: bytes | None) -> "DisturbedClient":
        client = IppPrinterClient(
            self._session, uri, _TIMEOUT_SECONDS, certificate_sha256, self.now
        )
        return DisturbedClient(FencedPrinterClient(client, self._epoch), self.moments)


async def _refuse_nothing(records: Records, job: Job, now: datetime) -> None:
    """Take every clearance for valid: none is withdrawn or expires here."""


def _new_id() -> str:
    return f"attempt-{next(_ids)}"
