"""Work owed to other services, what stops it, and who waits for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.outage import Outage, Scope
from issuance.domain.plan import PriorityClass
from issuance.domain.states import QUEUED, State, Work

STOPS: Mapping[Scope, frozenset[Work]] = {
    Scope.MATCHER: frozenset({Work.IDENTIFY, Work.SETTLE}),
    Scope.OFFICE: frozenset({Work.PRINT}),
    Scope.PRINTING: frozenset({Work.PRINT}),
}
"""No attempt is made at this work while such an outage lasts."""

WAIT_FOR: Mapping[Scope, frozenset[State]] = {
    Scope.MATCHER: frozenset({State.IDENTIFYING, State.APPROVED}),
    Scope.OFFICE: QUEUED | {State.PRINTING},
    Scope.PRINTING: frozenset({State.APPROVED, State.PRINTING}),
}
"""Cases in these states wait for the end of such an outage, and their clocks stand still.

Without the matcher nothing is released to the machines either.
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """One piece of work, repeatable under `request_id`, in the order of priority_class and place.

    `payload` and `clearance` are what is sent; they are kept before the first attempt, so every
    attempt sends the same. `attempts` counts only those made while nothing was known to be away.
    `leased_until` (real time) tells this lease from those after it.
    """

    id: str
    kind: Work
    case: str
    office: str
    priority_class: PriorityClass
    place: int
    request_id: str
    payload: bytes
    owed_at: datetime
    clearance: str = ""
    attempts: int = 0
    leased_until: datetime | None = None


def stopping(kind: Work, office: str, outages: Iterable[Outage]) -> Outage | None:
    """The outage that stops this work of this office, if there is one among those that last."""
    return next(
        (o for o in outages if o.lasts and o.reaches(office) and kind in STOPS[o.scope]), None
    )


def waits_for(state: State, office: str, outage: Outage) -> bool:
    """Whether a case in `state` at `office` waits for the end of the outage."""
    return outage.lasts and outage.reaches(office) and state in WAIT_FOR[outage.scope]
