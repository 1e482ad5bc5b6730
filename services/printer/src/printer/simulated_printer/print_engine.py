"""The simulated printer's jobs, printed one at a time.

Everything but the ledger and the count of documents is in memory and lost on a restart, as in real
machines: job ids begin at 1 again, no earlier job is known, the up-time is low.
"""

import asyncio
import hashlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from printer.ipp.identifiers import CHIP_WRITE_FAILED, IppJobState, IppPrinterState
from printer.simulated_printer.chip_writer import write_chip
from printer.simulated_printer.faults import FaultPlan, InjectedFault
from printer.simulated_printer.ledger import Ledger

_CANCELLABLE = (IppJobState.PENDING, IppJobState.PENDING_HELD, IppJobState.PROCESSING_STOPPED)


class Busy(Exception):
    """The printer has a job that is not finished."""


class NotPossible(Exception):
    """The job is not in a state in which this is possible."""


@dataclass(slots=True)
class SimulatedJob:
    """A job of the printer.

    expected_sha256 (lower-case hex), expected_length (bytes): what the client announced of the
    document, None if nothing. processing_began_at: up-time in seconds, None before. state_reason:
    the one of job-state-reasons, where its state does not say it.
    """

    job_id: int
    name: str
    book_serial: str
    expected_sha256: str | None
    expected_length: int | None
    state: IppJobState = IppJobState.PENDING_HELD
    document: bytes | None = None
    processing_began_at: int | None = None
    fault: InjectedFault | None = None
    printed_sha256: str | None = None
    chip_sha256: str | None = None
    state_reason: str = ""


@dataclass(slots=True)
class PrintEngine:
    """Prints one job after the other.

    book_seconds: time that a book takes. fault_seconds: time until a jam or a lack of ink is over.
    running_for: seconds added to the up-time. monotonic: the clock of the up-time, seconds.
    """

    ledger: Ledger
    faults: FaultPlan
    book_seconds: float
    fault_seconds: float
    running_for: int = 0
    jobs: dict[int, SimulatedJob] = field(default_factory=dict)
    state_reasons: list[str] = field(default_factory=list)
    monotonic: Callable[[], float] = time.monotonic
    _started: float = field(init=False)
    _work: asyncio.Queue[SimulatedJob] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self._started = self.monotonic()

    @property
    def up_time(self) -> int:
        """Whole seconds since the start, at least 1 (RFC 8011 section 5.4.29)."""
        return int(self.monotonic() - self._started) + 1 + self.running_for

    @property
    def state(self) -> IppPrinterState:
        """State of the whole printer: stopped by a fault, processing, or idle."""
        if self.state_reasons:
            return IppPrinterState.STOPPED
        active = any(job.state < IppJobState.CANCELED for job in self.jobs.values())
        return IppPrinterState.PROCESSING if active else IppPrinterState.IDLE

    def create(
        self, name: str, book_serial: str, sha256: str | None, length: int | None
    ) -> SimulatedJob:
        """Create a job that waits for its document; raise Busy while another is not finished."""
        if self.state is not IppPrinterState.IDLE:
            raise Busy
        job_id = len(self.jobs) + 1
        job = self.jobs[job_id] = SimulatedJob(job_id, name, book_serial, sha256, length)
        return job

    def receive(self, job: SimulatedJob, document: bytes) -> None:
        """Take the document of a job and queue it; abort the job if it is not the announced one.

        Raises NotPossible for a job that has its document or is over, or is aborted by this.
        """
        if job.state is not IppJobState.PENDING_HELD:
            raise NotPossible(f"the job is {job.state.name}")
        if not _is_announced_document(job, document):
            job.state = IppJobState.ABORTED
            raise NotPossible("the document is not the announced one")
        job.document, job.state = document, IppJobState.PENDING
        job.fault = self.faults.next_fault()
        self._work.put_nowait(job)

    def cancel(self, job: SimulatedJob) -> None:
        """Cancel a job of which nothing is being printed; otherwise raise NotPossible."""
        if job.state not in _CANCELLABLE:
            raise NotPossible(f"the job is {job.state.name}")
        job.state, job.document = IppJobState.CANCELED, None

    async def run(self) -> None:
        """Print queued jobs until cancelled."""
        while True:
            job = await self._work.get()
            if job.state is IppJobState.PENDING:
                await self._print(job)

    async def _print(self, job: SimulatedJob) -> None:
        if job.fault is InjectedFault.ABORT:
            job.state, job.document = IppJobState.ABORTED, None
            return
        job.state, job.processing_began_at = IppJobState.PROCESSING, self.up_time
        if job.fault is InjectedFault.CRASH_BEFORE:
            _crash()
        await self._stop_for_fault(job)
        if job.state is IppJobState.CANCELED:
            return
        if job.fault is InjectedFault.CHIP:
            job.state, job.state_reason = IppJobState.ABORTED, CHIP_WRITE_FAILED
            return
        await asyncio.sleep(self.book_seconds)
        document, job.document = job.document or b"", None
        job.chip_sha256 = write_chip(self.ledger.chips / job.book_serial, document)
        self.ledger.print(job.book_serial, job.name, document, job.chip_sha256)
        job.printed_sha256 = hashlib.sha256(document).hexdigest()
        if job.fault is InjectedFault.CRASH_AFTER:
            _crash()
        job.state = IppJobState.COMPLETED

    async def _stop_for_fault(self, job: SimulatedJob) -> None:
        reasons = {
            InjectedFault.JAM: "media-jam-error",
            InjectedFault.INK: "marker-supply-empty-error",
        }
        if job.fault in reasons:
            job.state = IppJobState.PROCESSING_STOPPED
            self.state_reasons.append(reasons[job.fault])
            await asyncio.sleep(self.fault_seconds)
            self.state_reasons.clear()
            if job.state is IppJobState.PROCESSING_STOPPED:
                job.state = IppJobState.PROCESSING


def _is_announced_document(job: SimulatedJob, document: bytes) -> bool:
    if job.expected_length is not None and job.expected_length != len(document):
        return False
    digest = hashlib.sha256(document).hexdigest()
    return job.expected_sha256 is None or job.expected_sha256 == digest


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
