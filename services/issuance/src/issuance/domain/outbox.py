"""Work for other services, recorded with the change that causes it and done afterwards.

This is the transactional outbox: what a task is, and which outages stop it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.states import OutboxTaskKind

STOPPED_TASKS: Mapping[OutageScope, frozenset[OutboxTaskKind]] = {
    OutageScope.MATCHER: frozenset({OutboxTaskKind.IDENTIFY, OutboxTaskKind.SET_ENCOUNTER_STATUS}),
    OutageScope.OFFICE: frozenset({OutboxTaskKind.PRINT}),
    OutageScope.PRINTING: frozenset({OutboxTaskKind.PRINT}),
}
"""Tasks of these kinds are not attempted while such an outage is ongoing."""

ENCOUNTER_FRAUD, ENCOUNTER_ACTIVE = b"fraud", b"active"
"""Payloads of SET_ENCOUNTER_STATUS: the status that the matcher is asked to set."""


class LeaseLost(Exception):
    """The attempt took longer than its lease; another worker has the task by now."""


@dataclass(frozen=True, slots=True)
class OutboxTask:
    """One call to another service, repeatable under `request_id`.

    Tasks are done in the order of priority class and queue number. `payload` and `clearance` are
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


def stopping_outage(kind: OutboxTaskKind, office: str, outages: Iterable[Outage]) -> Outage | None:
    """Return the first ongoing outage that stops tasks of this kind for the office, if any."""
    return next(
        (
            outage
            for outage in outages
            if outage.is_ongoing and outage.affects(office) and kind in STOPPED_TASKS[outage.scope]
        ),
        None,
    )
