"""Decisions that two different persons must make: one proposes, another one confirms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from printer.domain.attribution import Attribution
from printer.domain.serial_range import SerialRange

# Who proposed something yesterday may not have seen what lies in the tray today.
PROPOSAL_LASTS = timedelta(days=1)


class ProposedAction(Enum):
    """What takes two persons."""

    SPOIL = "cancel the book as spoiled and print again"
    LOSE = "record the book as lost and print again"
    PRINT_AGAIN = "put the blank book back to stock and print again"
    RETURN_TO_STOCK = "put the quarantined book back to stock"
    PASS_CHIP_UNREAD = "let the book pass although its chip was not read"  # noqa: S105  no password
    SWAP_BOOKS = "record that the machine used this book"
    CONFIRM_MACHINE_OFF = "confirm that the machine is off, or the job cancelled there"
    RELEASE_JOB = "release the job"
    RELEASE_AFTER_RESTORE = "print again after the restore"
    RETURN_BOOKS = "return the books to the centre"
    TRANSFER_BOOKS = "send the books to another office"
    RECORD_DAMAGED = "record the books as damaged"
    RECORD_STOLEN = "record the books as stolen"
    RECORD_MISSING = "record the books as missing"
    RECOVER_BOOKS = "put found books back: missing ones into the safe, lost ones into quarantine"
    HAND_OVER = "hand the book over to the collection desk"
    PRINT_SAMPLE = "print a sample page in a blank book"
    TRUST_KEY = "print what is cleared with this key"


class DecisionReason(Enum):
    """Why persons decided something; the contract's DecisionReason says what each means."""

    OTHER = "OTHER"
    BAD_PRINT = "BAD_PRINT"
    ZONE_UNREADABLE = "ZONE_UNREADABLE"
    WRONG_DATA = "WRONG_DATA"
    BOOK_DAMAGED = "BOOK_DAMAGED"
    BOOK_DEFECTIVE = "BOOK_DEFECTIVE"
    CHIP_DEFECTIVE = "CHIP_DEFECTIVE"
    BOOK_NOT_FOUND = "BOOK_NOT_FOUND"
    BOOK_BLANK = "BOOK_BLANK"
    WRONG_BOOK_TAKEN = "WRONG_BOOK_TAKEN"
    MACHINE_OFF = "MACHINE_OFF"
    CANCELLED_AT_MACHINE = "CANCELLED_AT_MACHINE"
    CAUSE_REMEDIED = "CAUSE_REMEDIED"
    SURPLUS = "SURPLUS"
    SHORTAGE_ELSEWHERE = "SHORTAGE_ELSEWHERE"
    COUNT_DIFFERENCE = "COUNT_DIFFERENCE"
    THEFT_REPORTED = "THEFT_REPORTED"
    BOOK_FOUND = "BOOK_FOUND"
    COUNTED_WRONGLY = "COUNTED_WRONGLY"
    RECORDS_CORRECTED = "RECORDS_CORRECTED"


class ProposalOutcome(Enum):
    """How a proposal ended. WITHDRAWN: what it was about changed meanwhile."""

    CONFIRMED = "CONFIRMED"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one person wants done, until a second person confirms it.

    subject: what it is about, as `job_subject` and `book_subject` name it; one proposal at a time
    is open for each. book_serial: of the book in hand, empty without one. explanation: in words.
    """

    action: ProposedAction
    subject: str
    by: Attribution
    book_serial: str = ""
    reason: DecisionReason = DecisionReason.OTHER
    explanation: str = ""

    def proposes_same_as(self, other: "Proposal") -> bool:
        """Return whether both want the same done with the same book; reasons may differ."""
        mine = (self.subject, self.action, self.book_serial)
        return mine == (other.subject, other.action, other.book_serial)

    def is_void(self, now: datetime) -> bool:
        """Return whether the proposal is too old to be confirmed. now: business time."""
        return now - self.by.at > PROPOSAL_LASTS

    @property
    def waiting_for(self) -> str:
        """What has to happen next, in words."""
        book = f" {self.book_serial}" if self.book_serial else ""
        return (
            f"another person than {self.by.person_name} to confirm: {self.action.value} "
            f"({self.reason.value}{book}, proposed at {self.by.at:%Y-%m-%d %H:%M} UTC)"
        )


def job_subject(job_id: str) -> str:
    """Return the name of a job as the subject of proposals."""
    return f"jobs/{job_id}"


def job_of(subject: str) -> str:
    """Return the id of the job that a subject names; empty if it names something else."""
    return subject.removeprefix(job_subject("")) if subject.startswith(job_subject("")) else ""


def book_subject(serial: str) -> str:
    """Return the name of a book as the subject of proposals."""
    return f"books/{serial}"


def sample_subject(machine_id: str) -> str:
    """Return the name of a machine's next sample print as the subject of proposals."""
    return f"samples/{machine_id}"


def books_of(subject: str) -> SerialRange | None:
    """Return the books that a subject names, one or a range; None if it names something else."""
    if not subject.startswith(book_subject("")):
        return None
    first, _, last = subject.split("/")[1].partition("-")
    books = SerialRange(first, 1)
    return books.part(books.first_number, SerialRange(last or first, 1).end_number)
