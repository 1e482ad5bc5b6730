"""One try to make the book of a job, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from printer.domain.settlement import Settlement
from printer.domain.two_persons import DecisionReason


class AttemptOutcome(Enum):
    """How an attempt ended."""

    GOOD = "GOOD"
    SPOILED = "SPOILED"
    NOT_PRINTED = "NOT_PRINTED"
    LOST = "LOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to make the book.

    assigned_at: business time. printer_uuid, up_time (seconds), asked_at (real time): from the
    machine's status just before it was assigned. delivered: the machine confirmed that it has the
    whole page. reason: why the attempt ended as it did, for people. reason_code: the kind of it,
    where persons decided. settlement: whether its machine may still print it, None if its outcome
    was never unknown.
    """

    attempt_id: str
    machine_id: str
    book_serial: str
    assigned_at: datetime
    printer_uuid: str
    up_time: int
    asked_at: datetime
    delivered: bool = False
    outcome: AttemptOutcome | None = None
    reason: str = ""
    reason_code: DecisionReason | None = None
    settlement: Settlement | None = None

    @property
    def is_unsettled(self) -> bool:
        """Whether its machine may still print it, for all that is known."""
        return self.settlement is Settlement.UNSETTLED
