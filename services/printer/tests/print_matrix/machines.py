"""Simulated machines within the process: real IPP over loopback, ledgers on the disk."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from printer.ipp.identifiers import IppJobState, IppPrinterState
from printer.simulated_printer.faults import FaultPlan
from printer.simulated_printer.ipp_server import PATH, IppServer
from printer.simulated_printer.ledger import Ledger, LedgerEntry, read_ledger
from printer.simulated_printer.print_engine import PrintEngine, SimulatedJob

# Longer than a machine must have run before it is given a job.
_RUNNING_FOR = 60
# Virtual seconds for which a machine prints again before it answers again.
_PRINTS_BEFORE = 5.0


@dataclass(slots=True)
class _JammableEngine(PrintEngine):
    """An engine that a test jams, so that it prints nothing, however long that lasts."""

    moves: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        super(_JammableEngine, self).__post_init__()
        self.moves.set()

    async def _stop_for_fault(self, job: SimulatedJob) -> None:
        if not self.moves.is_set():
            job.state = IppJobState.PROCESSING_STOPPED
            self.state_reasons.append("media-jam-error")
            await self.moves.wait()
            self.state_reasons.clear()
            if job.state is IppJobState.PROCESSING_STOPPED:
                job.state = IppJobState.PROCESSING


@dataclass(slots=True)
class Machine:
    """A machine that can die and be switched on again without its memory, or fall silent.

    monotonic: the clock of its up-time, seconds. book_seconds: real time that a book takes.
    forgets_after_silence: whether it is restarted when its silence is over.
    """

    machine_id: str
    folder: Path
    monotonic: Callable[[], float]
    book_seconds: float = 0.0
    port: int = 0
    silent_until: float = 0.0
    forgets_after_silence: bool = False
    _engine: _JammableEngine | None = None
    _runner: web.AppRunner | None = None
    _printing: "asyncio.Task[None] | None" = None

    @property
    def uri(self) -> str:
        """Address by which it is registered (`printer-uri`)."""
        return f"ipp://127.0.0.1:{self.port}{PATH}"

    @property
    def printer_uuid(self) -> str:
        """Its `printer-uuid`."""
        return self._server().printer_uuid

    @property
    def ledger(self) -> list[LedgerEntry]:
        """The books it printed."""
        return read_ledger(self._ledger_file)

    @property
    def is_idle(self) -> bool:
        """Whether it answers and has nothing to do."""
        engine = self._engine
        idle = engine is not None and engine.state is IppPrinterState.IDLE
        return idle and self._runner is not None

    async def first_start(self) -> None:
        """Start it as a machine that has run for a while."""
        await self._switch_on(_RUNNING_FOR)

    async def repair(self) -> None:
        """Switch it on, or let it answer again, if it is time to."""
        is_due = self._runner is None and self.monotonic() >= self.silent_until
        if is_due and self.forgets_after_silence:
            self.forgets_after_silence = False
            await self.kill()
        if self._engine is None:
            await self._switch_on()
        elif is_due:
            await self._listen()
        if self._engine is not None and self.monotonic() >= self.silent_until - _PRINTS_BEFORE:
            self._engine.moves.set()

    def jam(self) -> None:
        """Print nothing until shortly before the end of its silence."""
        assert self._engine is not None
        self.silent_until = math.inf
        self._engine.moves.clear()

    async def fall_silent(self, seconds: float) -> None:
        """Answer nobody for so long."""
        self.silent_until = self.monotonic() + seconds
        await self._stop_listening()

    async def kill(self) -> None:
        """Let it die in the middle of whatever it does."""
        self._engine = None
        if self._printing is not None:
            self._printing.cancel()
        await self._stop_listening()

    async def _switch_on(self, running_for: int = 0) -> None:
        self._engine = _JammableEngine(
            ledger=Ledger(self._ledger_file, self.folder / "tray"),
            faults=FaultPlan("", self.folder / "documents"),
            book_seconds=self.book_seconds,
            fault_seconds=0.0,
            running_for=running_for,
            monotonic=self.monotonic,
        )
        await self._listen()
        self._printing = asyncio.create_task(self._engine.run())

    async def _listen(self) -> None:
        application = self._server().application()
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
        except OSError:
            # Somebody's connection has the port for a moment; the next repair tries again.
            await runner.cleanup()
            return
        self._runner, self.port = runner, runner.addresses[0][1]

    async def _stop_listening(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def _server(self) -> IppServer:
        assert self._engine is not None
        return IppServer(self._engine, self.machine_id)

    @property
    def _ledger_file(self) -> Path:
        return self.folder / "ledger.jsonl"
