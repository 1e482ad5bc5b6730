"""The legal order of an application, as a table: state x event -> state.

`docs/issuance-states.md` is drawn from it. Order of steps: Indonesia, as the first country.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind, NotPermitted

from issuance.domain.notices import NoticeKind


class State(StrEnum):
    """Where an application stands."""

    RECEIVED = "received"
    DOCUMENTS_REFUSED = "documents_refused"
    DOCUMENTS_ACCEPTED = "documents_accepted"
    PAID = "paid"
    BIOMETRICS_TAKEN = "biometrics_taken"
    IDENTIFYING = "identifying"
    ADJUDICATION = "adjudication"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    PRINTING = "printing"
    READY = "ready"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


FIRST = State.RECEIVED
FINAL = frozenset({State.HANDED_OVER, State.REFUSED, State.WITHDRAWN})
UNDECIDED = frozenset({State.IDENTIFYING, State.ADJUDICATION})
"""Complete, but nobody knows yet whether a book will be printed."""
QUEUED = UNDECIDED | {State.AWAITING_APPROVAL, State.APPROVED}
"""Complete and without a book: those whom the plan plans."""


class Event(StrEnum):
    """What can happen to an application."""

    ACCEPT_DOCUMENTS = "accept_documents"
    REFUSE_DOCUMENTS = "refuse_documents"
    RECORD_PAYMENT = "record_payment"
    SUBMIT_BIOMETRICS = "submit_biometrics"
    RECORD_INTERVIEW = "record_interview"
    REJECT_BIOMETRICS = "reject_biometrics"
    IDENTIFY = "identify"
    QUESTION = "question"
    CLEAR = "clear"
    CONFIRM_DUPLICATE = "confirm_duplicate"
    APPROVE = "approve"
    REFUSE = "refuse"
    RELEASE = "release"
    FAIL_PRINT = "fail_print"
    FINISH = "finish"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"


class Role(StrEnum):
    """Who may cause an event: roles of people, and services under their own name."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    EXAMINER = "examiner"
    FRONTDESK = "service:frontdesk"
    ISSUANCE = "service:issuance"


class Guard(StrEnum):
    """The rule that must hold, by name; the table cannot see it, the use case asks it."""

    UNUSABLE_FINGERS = "the matcher cannot use the fingers"
    NO_QUESTION = "identification raises no question"
    A_QUESTION = "identification raises a question"
    CLEARED = "examiners clear"
    TWO_EXAMINERS = "two different examiners confirm"
    ITS_TURN = "its turn at the machines has come"
    PRINT_FAILED = "the printer gave up for good"
    SIGNED_FOR = "the holder signs"


class Work(StrEnum):
    """What is owed to another service once an application has moved."""

    IDENTIFY = "identify"
    SETTLE = "settle"
    """Tell the matcher what became of its pending encounter: active, or fraud."""
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: who may cause it, the rule, the work it owes, the notice it sends."""

    source: State
    event: Event
    target: State
    by: frozenset[Role]
    guard: Guard | None = None
    owes: Work | None = None
    tells: NoticeKind | None = None


class IllegalTransition(DomainError):
    """The application is not in a state in which this can happen (metadata: state, event)."""

    kind = ErrorKind.PRECONDITION
    reason = "ILLEGAL_TRANSITION"


_OFFICER = frozenset({Role.OFFICER})
_COUNTER = frozenset({Role.OFFICER, Role.FRONTDESK})
_EXAMINER = frozenset({Role.EXAMINER})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_ITSELF = frozenset({Role.ISSUANCE})

_WITHDRAWABLE = (
    # Not while the applicant's identity is in question, nor once a book exists.
    State.RECEIVED,
    State.DOCUMENTS_REFUSED,
    State.DOCUMENTS_ACCEPTED,
    State.PAID,
    State.BIOMETRICS_TAKEN,
    State.AWAITING_APPROVAL,
    State.APPROVED,
)

# fmt: off
TABLE: tuple[Transition, ...] = (
    Transition(State.RECEIVED, Event.ACCEPT_DOCUMENTS, State.DOCUMENTS_ACCEPTED, _COUNTER),
    Transition(State.RECEIVED, Event.REFUSE_DOCUMENTS, State.DOCUMENTS_REFUSED, _OFFICER),
    Transition(State.DOCUMENTS_REFUSED, Event.ACCEPT_DOCUMENTS, State.DOCUMENTS_ACCEPTED, _COUNTER),
    Transition(State.DOCUMENTS_ACCEPTED, Event.RECORD_PAYMENT, State.PAID, _COUNTER),
    Transition(State.PAID, Event.SUBMIT_BIOMETRICS, State.BIOMETRICS_TAKEN, _COUNTER),
    Transition(State.BIOMETRICS_TAKEN, Event.RECORD_INTERVIEW, State.IDENTIFYING, _OFFICER,
               owes=Work.IDENTIFY, tells=NoticeKind.PROMISED_DATE),
    Transition(State.IDENTIFYING, Event.REJECT_BIOMETRICS, State.PAID, _ITSELF,
               Guard.UNUSABLE_FINGERS, tells=NoticeKind.RECAPTURE),
    Transition(State.IDENTIFYING, Event.IDENTIFY, State.AWAITING_APPROVAL, _ITSELF,
               Guard.NO_QUESTION, owes=Work.SETTLE),
    Transition(State.IDENTIFYING, Event.QUESTION, State.ADJUDICATION, _ITSELF, Guard.A_QUESTION),
    Transition(State.ADJUDICATION, Event.CLEAR, State.AWAITING_APPROVAL, _EXAMINER,
               Guard.CLEARED, owes=Work.SETTLE),
    Transition(State.ADJUDICATION, Event.CONFIRM_DUPLICATE, State.REFUSED, _EXAMINER,
               Guard.TWO_EXAMINERS, owes=Work.SETTLE, tells=NoticeKind.REFUSED),
    Transition(State.AWAITING_APPROVAL, Event.APPROVE, State.APPROVED, _SUPERVISOR),
    Transition(State.AWAITING_APPROVAL, Event.REFUSE, State.REFUSED, _SUPERVISOR,
               tells=NoticeKind.REFUSED),
    Transition(State.APPROVED, Event.RELEASE, State.PRINTING, _ITSELF,
               Guard.ITS_TURN, owes=Work.PRINT),
    Transition(State.PRINTING, Event.FAIL_PRINT, State.APPROVED, _ITSELF, Guard.PRINT_FAILED),
    Transition(State.PRINTING, Event.FINISH, State.READY, _ITSELF, tells=NoticeKind.READY),
    Transition(State.READY, Event.HAND_OVER, State.HANDED_OVER, _OFFICER, Guard.SIGNED_FOR),
    *(Transition(state, Event.WITHDRAW, State.WITHDRAWN, _OFFICER) for state in _WITHDRAWABLE),
)
# fmt: on

_BY_CAUSE: Mapping[tuple[State, Event], Transition] = {(t.source, t.event): t for t in TABLE}


def transition(state: State, event: Event, role: str) -> Transition:
    """The one row for `event` in `state`, if `role` may cause it.

    Raises IllegalTransition where there is none, NotPermitted where it is another's to cause.
    """
    row = _BY_CAUSE.get((state, event))
    if row is None:
        raise IllegalTransition(
            f"{event} cannot happen to an application that is {state}", state=state, event=event
        )
    if role not in row.by:
        raise NotPermitted(f"{event} is for {', '.join(sorted(row.by))}, not for {role}")
    return row
