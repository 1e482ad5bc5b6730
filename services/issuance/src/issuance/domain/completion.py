"""What completes an application: its place in the queue and its collection dates."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Completion:
    """What a case gets when it is complete: its place in the queue and its collection dates.

    queue_number: orders the queue. applied_on: day of completion. due_on: first collection date
    by the office's promised number of working days. promised_collection_date: the planned date.
    tentative: whether that is the date if an outage, whose end nobody knows, ended now.
    legal_due_on: last day of the law, if this is the first interview.
    """

    at: datetime
    queue_number: int
    applied_on: date
    due_on: date
    promised_collection_date: date
    tentative: bool = False
    legal_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PromisedDate:
    """The date promised to the applicant of a case that keeps its place in the queue.

    tentative: as in Completion.
    """

    collect_on: date
    tentative: bool
