"""Work for other services, recorded with the change that causes it and done afterwards.

This is the transactional outbox: what a task is, and which outages stop it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.activity import Activity
from issuance.domain.case import Case
from issuance.domain.collection_plan import HEAD_START, PriorityClass
from issuance.domain.outage import Outage
from issuance.domain.outbox_task_kind import OutboxTaskKind

_ACTIVITIES: Mapping[OutboxTaskKind, Activity] = {
    OutboxTaskKind.IDENTIFY: Activity.IDENTIFICATION,
    OutboxTaskKind.VERIFY: Activity.IDENTIFICATION,
    OutboxTaskKind.SET_ENCOUNTER_STATUS: Activity.IDENTIFICATION,
    OutboxTaskKind.MERGE_PERSONS: Activity.IDENTIFICATION,
    OutboxTaskKind.UNDO_MERGE: Activity.IDENTIFICATION,
    OutboxTaskKind.PRINT: Activity.PRINTING,
}
"""Tasks of these kinds are not attempted while the activity is stopped; notices always are."""
_REASON = re.compile("[A-Z][A-Z0-9_]*")


class LeaseLost(Exception):
    """The attempt took longer than its lease; another worker has the task by now."""


class OutboxTaskNotFound(DomainError):
    """No outbox task has this id, or it is done."""

    kind = ErrorKind.NOT_FOUND
    reason = "OUTBOX_TASK_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class OutboxTask:
    """One call to another service, repeatable under `request_id`.

    Tasks are done in the order of `queued_from` and queue number. `payload` and `clearance` are
    what is sent; they are stored before the first attempt, so every attempt sends the same.
    `attempts` counts failed attempts outside outages only. `leased_until` (real time) tells this
    lease from later ones.
    """

    id: str
    kind: OutboxTaskKind
    case: str
    office: str
    priority_class: PriorityClass
    queue_number: int
    request_id: str
    payload: bytes
    created_at: datetime
    clearance: str = ""
    attempts: int = 0
    leased_until: datetime | None = None

    @property
    def queued_from(self) -> datetime:
        """When it was recorded, less the head start of its class, as in the plan: so a task that
        waits long enough goes before newer ones of any class."""
        return self.created_at - HEAD_START[self.priority_class]


def task_of_case(
    kind: OutboxTaskKind, case: Case, payload: bytes, at: datetime, new_id: Callable[[], str]
) -> OutboxTask:
    """Return a new task of a case, in the order of the case's class and queue number.

    at: when it is recorded. new_id: makes the ids of the task and of its request.
    """
    is_print = kind is OutboxTaskKind.PRINT
    return OutboxTask(
        id=new_id(),
        kind=kind,
        case=case.id,
        office=case.office,
        priority_class=case.print_priority if is_print else case.priority_class,
        queue_number=case.queue_number or 0,
        request_id=new_id(),
        payload=payload,
        created_at=at,
    )


def cause_of_delay(error: str) -> str:
    """Return why a task is attempted later, in one word. error: what ended the last attempt."""
    reason = error.partition(":")[0]
    if not error:
        return "EARLIER_ATTEMPT"  # one that was withdrawn may still arrive
    return reason if _REASON.fullmatch(reason) else "INTERNAL"


def stopping_outage(kind: OutboxTaskKind, office: str, outages: Iterable[Outage]) -> Outage | None:
    """Return the first ongoing outage that stops tasks of this kind for the office, if any."""
    activity = _ACTIVITIES.get(kind)
    return next(
        (
            outage
            for outage in outages
            if activity is not None
            and outage.is_ongoing
            and outage.affects(office)
            and outage.stops(activity)
        ),
        None,
    )
