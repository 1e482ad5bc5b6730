"""Machines as they describe themselves, and what is asked of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class MachineSilent(Exception):
    """The machine gave no answer, or none that can be read; what was asked may have happened."""


class MachineAbsent(MachineSilent):
    """No connection to the machine came about, so nothing of what was asked reached it."""


class MachineRefused(Exception):
    """The machine answered that it did not do what was asked."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a machine told of itself.

    up_time: `printer-up-time`, seconds since its start, 1 or more. asked_at, last_contact_at: real time,
    UTC, before and after it measured its up-time. reasons: `printer-state-reasons` less `none`.
    """

    printer_uuid: str
    up_time: int
    asked_at: datetime
    last_contact_at: datetime
    idle: bool
    stopped: bool
    accepting: bool
    reasons: tuple[str, ...]

    @property
    def fault(self) -> bool:
        """Whether it needs somebody: warnings and reports are not faults."""
        harmless = ("-warning", "-report")
        return self.stopped or any(not reason.endswith(harmless) for reason in self.reasons)


class Phase(Enum):
    """How far a machine is with a job; the later ones weigh more where a name occurs twice."""

    WITHOUT_DOCUMENT = "waits for its document"
    GIVEN_UP = "was cancelled or aborted"
    WAITING = "waits"
    PRINTING = "is printed, or printing has stopped midway"
    COMPLETED = "is completed"


@dataclass(frozen=True, slots=True)
class MachineJob:
    """A job as its machine tells it.

    began: whether printing ever began. printed_sha256: of the page, lower-case hex, None from
    machines that do not tell.
    """

    number: int
    name: str
    phase: Phase
    began: bool
    printed_sha256: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """What a machine shall print: `name` is the attempt's id, `document` a PDF."""

    name: str
    book_serial: str
    document: bytes
    document_sha256: bytes


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as it was registered."""

    machine_id: str
    uri: str
    printer_uuid: str
    paused: bool
