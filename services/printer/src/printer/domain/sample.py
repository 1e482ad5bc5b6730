"""Sample prints: a page that is no passport, in a book that becomes none, to look at a machine."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from printer.domain.attribution import Attribution


class SampleOutcome(Enum):
    """How a sample print ended. Only a printed book is a sample; any other may still be blank."""

    PRINTED = "the machine reports it completed"
    NOT_PRINTED = "the machine did not take it, or gave it up"
    UNKNOWN = "the machine does not know it any more, or did not finish it in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample print.

    sample_id: name of the machine's job, unique for ever. requested: by whom and when (business
    time). sent_at: real time at which sending began, None before.
    """

    sample_id: str
    machine_id: str
    book_serial: str
    requested: Attribution
    sent_at: datetime | None = None
