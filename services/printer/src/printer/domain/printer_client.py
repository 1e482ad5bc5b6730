"""What the service asks of a personalisation machine, whatever protocol it understands.

`PrinterClient` is the port; `printer.ipp.client` implements it for IPP. The words are those of
RFC 8011 where it has one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class MachineUnavailable(Exception):
    """The machine gave no usable response. Raised only as one of the subclasses."""


class RequestNotDelivered(MachineUnavailable):
    """No connection to the machine was made, so nothing of the request reached anybody."""


class CertificateChanged(RequestNotDelivered):
    """Who answers at the address has another certificate than the registered one."""


class RequestOutcomeUnknown(MachineUnavailable):
    """No readable response came: the machine may or may not have done what was asked."""


class RequestRefused(Exception):
    """The machine responded that it did not do what was asked."""


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """Status of a machine as it described itself (IPP: Get-Printer-Attributes).

    printer_uuid: `printer-uuid`. up_time: `printer-up-time`, whole seconds since the machine was
    started, at least 1. asked_at, answered_at: real time, UTC, before the request was sent and
    after the response came; the machine read its up-time between them. state_reasons:
    `printer-state-reasons` (RFC 8011 section 5.4.12) without `none`.
    """

    printer_uuid: str
    up_time: int
    asked_at: datetime
    answered_at: datetime
    idle: bool
    stopped: bool
    accepting_jobs: bool
    state_reasons: tuple[str, ...]

    @property
    def has_fault(self) -> bool:
        """Whether a person must see to the machine; warnings and reports are not faults."""
        harmless = ("-warning", "-report")
        return self.stopped or any(not reason.endswith(harmless) for reason in self.state_reasons)

    @property
    def takes_jobs(self) -> bool:
        """Whether the machine accepts jobs, and nobody has to see to it first."""
        return self.accepting_jobs and not self.has_fault


class MachineJobPhase(Enum):
    """How far a machine is with a job.

    The order matters: when a machine has several jobs of one name, the latest phase counts.
    """

    AWAITING_DOCUMENT = "was created and has no document yet"
    CANCELLED_OR_ABORTED = "was cancelled or aborted"
    PENDING = "has its document and waits to be printed"
    STOPPED = "printing has stopped midway"
    PROCESSING = "is printed"
    COMPLETED = "is completed"


# Nothing is printed in these, so a job can be cancelled.
PENDING_PHASES = (
    MachineJobPhase.AWAITING_DOCUMENT,
    MachineJobPhase.PENDING,
    MachineJobPhase.STOPPED,
)


@dataclass(frozen=True, slots=True)
class MachineJob:
    """A job as its machine describes it.

    machine_job_id: the machine's own id (IPP: `job-id`), used again after a restart. name: the
    attempt's id. processing_began: whether printing ever began. printed_sha256: SHA-256 of the
    printed page in lower-case hex, None from machines that do not report it. chip_sha256: the same
    of the files on the chip. state_reasons: `job-state-reasons` (RFC 8011 section 5.3.8).
    book_serial: the book that the job is for, None from machines that do not report it.
    """

    machine_job_id: int
    name: str
    phase: MachineJobPhase
    processing_began: bool
    printed_sha256: str | None
    chip_sha256: str | None = None
    state_reasons: tuple[str, ...] = ()
    book_serial: str | None = None


@dataclass(frozen=True, slots=True)
class JobSubmission:
    """What a machine is asked to print, and into which blank book.

    name: the attempt's id, unique for ever. document: a PDF of one page. document_sha256: 32 bytes.
    """

    name: str
    book_serial: str
    document: bytes
    document_sha256: bytes


class PrinterClient(Protocol):
    """Client of one machine.

    Every method raises RequestNotDelivered or RequestOutcomeUnknown when the machine gives no
    usable response, and RequestRefused when the machine certainly did not do what was asked.
    """

    async def get_status(self) -> PrinterStatus:
        """Return the machine's description of itself."""
        ...

    async def find_job(self, name: str, expected_id: int | None = None) -> MachineJob | None:
        """Return the job of this name, finished ones included; None if the machine has none.

        expected_id: the machine's id that the job is believed to have; only saves a search.
        """
        ...

    async def pending_jobs(self) -> list[MachineJob]:
        """Return the jobs that wait for their document, for their turn, or for a fault to end."""
        ...

    async def all_jobs(self) -> list[MachineJob]:
        """Return all jobs that the machine remembers, finished ones included."""
        ...

    async def create_job(self, submission: JobSubmission) -> int:
        """Create a job that waits for its document; return the machine's id of it."""
        ...

    async def send_document(self, machine_job_id: int, submission: JobSubmission) -> None:
        """Send the document of a created job; on return the machine has all of it."""
        ...

    async def cancel_job(self, machine_job_id: int) -> None:
        """Cancel a job that is not finished."""
        ...


Connect = Callable[[str, bytes | None], PrinterClient]
"""Makes the client of the machine at an address, which must show the certificate of this SHA-256.

Without one: an ipp:// address, or a certificate that an authority of the system issued.
"""
