"""Movements of books, and what people did with machines: the events of their histories."""

from dataclasses import dataclass
from enum import Enum

from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.maintenance import MaintenanceWindow
from printer.domain.serial_range import SerialRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A movement of one book, or of a range of books at once.

    before is None for books received for the first time. reason: for people. machine_id, job_id,
    delivery_note, destination (an office): empty where none is concerned. proposed_by: URI of the
    person whose proposal `by` confirmed, empty if nobody had to. movement_id: assigned when it is
    stored.
    """

    books: SerialRange
    before: BookState | None
    after: BookState
    by: Attribution
    reason: str = ""
    machine_id: str = ""
    job_id: str = ""
    delivery_note: str = ""
    destination: str = ""
    proposed_by: str = ""
    movement_id: int = 0


class MachineAction(Enum):
    """What people do with a machine."""

    REGISTERED = "it was registered, or its address or certificate changed"
    PAUSED = "it was paused"
    RESUMED = "it was resumed"
    LOADED = "books were moved from the safe into it"
    UNLOADED = "books were moved from it into the safe"
    MAINTENANCE_SCHEDULED = "a maintenance window was scheduled for it"
    MAINTENANCE_CANCELLED = "a maintenance window of it was cancelled"
    SAMPLE_REQUESTED = "a sample page was to be printed in a book of it"
    SAMPLE_ENDED = "the sample page was printed, or not"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineEvent:
    """What somebody did with a machine.

    uri, printer_uuid and certificate_sha256: of the machine registered. books: those loaded or
    unloaded, or the sample. maintenance: the window scheduled or cancelled. event_number: assigned
    when it is stored.
    """

    machine_id: str
    action: MachineAction
    by: Attribution
    reason: str = ""
    uri: str = ""
    printer_uuid: str = ""
    certificate_sha256: bytes | None = None
    books: SerialRange | None = None
    maintenance: MaintenanceWindow | None = None
    event_number: int = 0
