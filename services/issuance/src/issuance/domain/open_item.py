"""What does not come out even, until a person has settled it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind, NotPermitted

from issuance.domain.actor import Actor
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.separation_of_duties import is_among
from issuance.domain.states import ApplicationState

_ADMINISTRATOR = "administrator"


class OpenItemKind(StrEnum):
    """What an open item is about."""

    PRINT_FAILED = "print_failed"
    PRINT_JOB = "print_job"
    REFUSED_WORK = "refused_work"
    LOST_ENROLMENT = "lost_enrolment"
    IDENTIFICATION = "identification"
    """Of who got an emergency document before."""
    PAYMENT = "payment"
    NOTICE = "notice"
    SUPERSEDED_BOOK = "superseded_book"

    @property
    def prefix(self) -> str:
        """Begins the ids of its open items, before what identifies them among their kind."""
        return f"{self.value.replace('_', '-')}:"


class ResolutionReason(StrEnum):
    """Why an open item is settled."""

    BOOK_DESTROYED = "book_destroyed"
    NO_BOOK_MADE = "no_book_made"
    DONE_BY_HAND = "done_by_hand"
    NOT_NEEDED = "not_needed"
    MONEY_RETURNED = "money_returned"
    OTHER = "other"


REASONS: Mapping[OpenItemKind, frozenset[ResolutionReason]] = {
    OpenItemKind.PRINT_JOB: frozenset(
        {
            ResolutionReason.BOOK_DESTROYED,
            ResolutionReason.NO_BOOK_MADE,
            ResolutionReason.OTHER,
        }
    ),
    OpenItemKind.REFUSED_WORK: frozenset(
        {ResolutionReason.DONE_BY_HAND, ResolutionReason.NOT_NEEDED, ResolutionReason.OTHER}
    ),
    OpenItemKind.LOST_ENROLMENT: frozenset({ResolutionReason.OTHER}),
    OpenItemKind.IDENTIFICATION: frozenset({ResolutionReason.DONE_BY_HAND, ResolutionReason.OTHER}),
    OpenItemKind.NOTICE: frozenset(
        {ResolutionReason.DONE_BY_HAND, ResolutionReason.NOT_NEEDED, ResolutionReason.OTHER}
    ),
    OpenItemKind.SUPERSEDED_BOOK: frozenset(
        {ResolutionReason.BOOK_DESTROYED, ResolutionReason.OTHER}
    ),
    OpenItemKind.PAYMENT: frozenset({ResolutionReason.MONEY_RETURNED, ResolutionReason.OTHER}),
}
"""Which reasons settle which items. A failed print ends with a step of its application."""


_HOLD_NOTHING_UP = frozenset(
    {
        OutboxTaskKind.SET_ENCOUNTER_STATUS,
        OutboxTaskKind.MERGE_PERSONS,
        OutboxTaskKind.UNDO_MERGE,
    }
)
"""Work at the matcher for which no application waits."""


class OpenItemNotFound(DomainError):
    """No open item has this id; it may have been resolved, or its cause has ended."""

    kind = ErrorKind.NOT_FOUND
    reason = "OPEN_ITEM_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("no item with this id is open", field="item_id")


def kind_and_key(item_id: str) -> tuple[OpenItemKind, str]:
    """Return the kind of the item with an id, and what identifies it among its kind.

    Raises OpenItemNotFound for what is the id of no kind.
    """
    for kind in OpenItemKind:
        if item_id.startswith(kind.prefix):
            return kind, item_id.removeprefix(kind.prefix)
    raise OpenItemNotFound()


class StepNeeded(DomainError):
    """The item ends with a step that somebody takes, not by a resolution (metadata: steps)."""

    kind = ErrorKind.PRECONDITION
    reason = "STEP_NEEDED"


class ReasonDoesNotFit(DomainError):
    """The reason does not settle such an item (metadata: reasons)."""

    kind = ErrorKind.INVALID
    reason = "REASON_DOES_NOT_FIT"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Why an open item is settled, by which person, and when (business time)."""

    reason: ResolutionReason
    explanation: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ResolvedItem:
    """An open item as it was when it was settled.

    since: since when it was open, business time. problem: what did not come out even, in words.
    print_job, document_number, book_serial, task, receipt: empty where they do not belong to its
    kind. proposed_by: the person who proposed it, if it took two.
    """

    kind: OpenItemKind
    office: str
    case: str
    since: datetime
    problem: str
    resolution: Resolution
    print_job: str = ""
    document_number: str = ""
    book_serial: str = ""
    task: str = ""
    receipt: str = ""
    proposed_by: str = ""


def is_confirmed(proposal: Resolution | None, second: Resolution) -> bool:
    """Return whether another person has proposed the same before; explanations may differ."""
    if proposal is None or proposal.reason is not second.reason:
        return False
    return not is_among(second.by, [proposal.by])


def require_fitting_reason(kind: OpenItemKind, reason: ResolutionReason) -> None:
    """Raise ReasonDoesNotFit unless the reason settles items of this kind."""
    fitting = REASONS[kind]
    if reason not in fitting:
        raise ReasonDoesNotFit(
            f"{reason} does not settle this", field="reason", reasons=", ".join(sorted(fitting))
        )


def require_resolvable_work(kind: OutboxTaskKind, state: ApplicationState, by: Actor) -> None:
    """Raise unless the person may say that refused work need not be done any more.

    An application waits for all work but that which sets a status, or merges persons or undoes it,
    at the matcher; after the hand-over, for its identification (see OpenItemKind.IDENTIFICATION).
    Raises StepNeeded, NotPermitted.
    """
    if kind not in _HOLD_NOTHING_UP:
        handed_over = state is ApplicationState.HANDED_OVER
        ways_out = "ResolveOpenItem" if handed_over else "Withdraw, RetakeBiometrics"
        raise StepNeeded("the application waits for this work", steps=f"RetryWork, {ways_out}")
    if by.role != _ADMINISTRATOR:
        raise NotPermitted("administrators settle what the matcher refuses")
