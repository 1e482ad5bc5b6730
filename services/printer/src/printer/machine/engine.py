"""The printing part of a simulated machine: a queue of jobs, printed one at a time.

Everything but the ledger lives in memory and is lost on a restart, as in real machines: job ids
begin at 1 again, the history is empty, the up-time falls.
"""

import asyncio
import hashlib
import os
import signal
import time
from dataclasses import dataclass, field

from printer.ipp.words import JobState, PrinterState
from printer.machine.faults import Fault, Faults
from printer.machine.ledger import Ledger


class Busy(Exception):
    """The machine has a job that is not finished."""


class NotPossible(Exception):
    """The job is not in a state in which this can be done."""


@dataclass(slots=True)
class Job:
    """A job. Digests in hex, length in bytes; what the sender did not announce is None."""

    number: int
    name: str
    book_serial: str
    expected_sha256: str | None
    expected_length: int | None
    state: JobState = JobState.PENDING_HELD
    document: bytes | None = None
    began_at: int | None = None
    fault: Fault | None = None
    printed_sha256: str | None = None


@dataclass(slots=True)
class Engine:
    """A machine that needs `book_seconds` for a book and `fault_seconds` to be set right again.

    running_for: seconds that it pretends to have been switched on for already.
    """

    ledger: Ledger
    faults: Faults
    book_seconds: float
    fault_seconds: float
    running_for: int = 0
    jobs: dict[int, Job] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic)
    _work: asyncio.Queue[Job] = field(default_factory=asyncio.Queue)

    @property
    def up_time(self) -> int:
        """Whole seconds since the start; IPP counts from 1."""
        return int(time.monotonic() - self._started) + 1 + self.running_for

    @property
    def state(self) -> PrinterState:
        """Idle, processing or stopped."""
        if self.reasons:
            return PrinterState.STOPPED
        active = any(job.state < JobState.CANCELED for job in self.jobs.values())
        return PrinterState.PROCESSING if active else PrinterState.IDLE

    def create(self, name: str, book_serial: str, sha256: str | None, length: int | None) -> Job:
        """Open a job that waits for its document. Raises Busy while another is not finished."""
        if self.state is not PrinterState.IDLE:
            raise Busy
        number = len(self.jobs) + 1
        job = self.jobs[number] = Job(number, name, book_serial, sha256, length)
        return job

    def receive(self, job: Job, document: bytes) -> None:
        """Take the document of a job and queue it; aborts the job if it is not the one announced.

        Raises NotPossible for a job that has its document or is over, or that was aborted now.
        """
        if job.state is not JobState.PENDING_HELD:
            raise NotPossible(f"the job is {job.state.name}")
        if not _as_announced(job, document):
            job.state = JobState.ABORTED
            raise NotPossible("the document is not the one that was announced")
        job.document, job.state = document, JobState.PENDING
        job.fault = self.faults.next()
        self._work.put_nowait(job)

    def cancel(self, job: Job) -> None:
        """Cancel a job that printing did not begin with; raises NotPossible."""
        if job.state not in (JobState.PENDING, JobState.PENDING_HELD):
            raise NotPossible(f"the job is {job.state.name}")
        job.state = JobState.CANCELED

    async def run(self) -> None:
        """Print what is queued, for ever."""
        while True:
            job = await self._work.get()
            if job.state is JobState.PENDING:
                await self._print(job)

    async def _print(self, job: Job) -> None:
        if job.fault is Fault.ABORT:
            job.state = JobState.ABORTED
            return
        job.state, job.began_at = JobState.PROCESSING, self.up_time
        if job.fault is Fault.CRASH_BEFORE:
            _die()
        await self._stop_for(job)
        await asyncio.sleep(self.book_seconds)
        document, job.document = job.document or b"", None
        self.ledger.print(job.book_serial, job.name, document)
        job.printed_sha256 = hashlib.sha256(document).hexdigest()
        if job.fault is Fault.CRASH_AFTER:
            _die()
        job.state = JobState.COMPLETED

    async def _stop_for(self, job: Job) -> None:
        reason = {Fault.JAM: "media-jam-error", Fault.INK: "marker-supply-empty-error"}
        if job.fault in reason:
            job.state = JobState.PROCESSING_STOPPED
            self.reasons.append(reason[job.fault])
            await asyncio.sleep(self.fault_seconds)
            self.reasons.clear()
            job.state = JobState.PROCESSING


def _as_announced(job: Job, document: bytes) -> bool:
    if job.expected_length is not None and job.expected_length != len(document):
        return False
    digest = hashlib.sha256(document).hexdigest()
    return job.expected_sha256 is None or job.expected_sha256 == digest


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
