"""A scripted machine with a ledger: what came out of it, whatever the service or its memory say."""

from dataclasses import dataclass, field
from typing import NamedTuple

from printer.domain.printer_client import (
    JobSubmission,
    MachineJob,
    MachineJobPhase,
    RequestNotDelivered,
    RequestRefused,
)

from ..use_cases.scripted_machine import ScriptedMachine  # noqa: TID252

_WITH_DOCUMENT = (MachineJobPhase.PENDING, MachineJobPhase.STOPPED, MachineJobPhase.PROCESSING)


class PrintedPage(NamedTuple):
    """A page that came out of a machine in a book."""

    book_serial: str
    document: bytes


@dataclass(slots=True)
class LedgerMachine(ScriptedMachine):
    """ledger: survives restarts. ruined: serials of the books that it gave up half-printed."""

    ledger: list[PrintedPage] = field(default_factory=list)
    ruined: set[str] = field(default_factory=set)
    is_off: bool = False
    _received: dict[str, JobSubmission] = field(default_factory=dict)

    @property
    def current(self) -> MachineJob | None:
        """The job that it has a document for and has not finished."""
        return next((job for job in self.jobs if job.phase in _WITH_DOCUMENT), None)

    def print_current(self) -> None:
        """Print the page it has, whether or not anybody can reach it."""
        job = self._current()
        submission = self._received[job.name]
        self.ledger.append(PrintedPage(submission.book_serial, submission.document))
        self.set_phase(job.machine_job_id, MachineJobPhase.COMPLETED)

    def abort_current(self) -> None:
        """Give the page up when the book is half-printed."""
        job = self._current()
        self.ruined.add(self._received[job.name].book_serial)
        self.set_phase(job.machine_job_id, MachineJobPhase.CANCELLED_OR_ABORTED)

    def switch_off(self) -> None:
        """Lose all that it has not printed, and answer nobody until it is switched on."""
        self.is_off, self.unavailable = True, RequestNotDelivered
        self.restart()

    def switch_on(self) -> None:
        """Begin anew, without its memory if it was off; answer again."""
        if self.is_off:
            self.restart()
        self.is_off, self.unavailable = False, None

    async def send_document(self, machine_job_id: int, submission: JobSubmission) -> None:
        """See PrinterClient; printing begins."""
        self._received[submission.name] = submission
        await super(LedgerMachine, self).send_document(machine_job_id, submission)

    async def cancel_job(self, machine_job_id: int) -> None:
        """See PrinterClient; refused while it prints."""
        phase = self.jobs[machine_job_id - 1].phase
        if self.unavailable is None and phase is MachineJobPhase.PROCESSING:
            raise RequestRefused("it is being printed")
        await super(LedgerMachine, self).cancel_job(machine_job_id)

    def _current(self) -> MachineJob:
        assert self.current is not None
        return self.current
