"""States of an application and the transitions between them: the legal order, as a table.

`docs/issuance-states.md` is drawn from it. The order of steps is Indonesia's, the first country.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind, NotPermitted

from issuance.domain.notices import NoticeKind


class ApplicationState(StrEnum):
    """State of an application."""

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


INITIAL_STATE = ApplicationState.RECEIVED
FINAL_STATES = frozenset(
    {ApplicationState.HANDED_OVER, ApplicationState.REFUSED, ApplicationState.WITHDRAWN}
)
IDENTITY_UNRESOLVED = frozenset({ApplicationState.IDENTIFYING, ApplicationState.ADJUDICATION})
"""Complete, but it is not known yet whether a book will be printed."""
AWAITING_PRINT = IDENTITY_UNRESOLVED | {
    ApplicationState.AWAITING_APPROVAL,
    ApplicationState.APPROVED,
}
"""Complete and not yet released to the printer: the cases that the plan gives a printing day."""
WITHOUT_BOOK = AWAITING_PRINT | {ApplicationState.PRINTING}
"""Complete and without a finished book: the cases whose collection date may still change."""


class ApplicationEvent(StrEnum):
    """What can happen to an application. CREATE makes it and is in no transition."""

    CREATE = "create"
    ACCEPT_DOCUMENTS = "accept_documents"
    REFUSE_DOCUMENTS = "refuse_documents"
    RECORD_PAYMENT = "record_payment"
    SUBMIT_BIOMETRICS = "submit_biometrics"
    RECORD_INTERVIEW = "record_interview"
    REJECT_BIOMETRICS = "reject_biometrics"
    IDENTIFY = "identify"
    REFER_TO_EXAMINERS = "refer_to_examiners"
    CLEAR = "clear"
    CONFIRM_DUPLICATE = "confirm_duplicate"
    APPROVE = "approve"
    REFUSE = "refuse"
    RELEASE = "release"
    FAIL_PRINT = "fail_print"
    FINISH_PRINT = "finish_print"
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
    """Condition of a transition, in words. The use case that causes the event checks it."""

    UNUSABLE_FINGERS = "the matcher cannot use the fingers"
    NO_EXAMINER_NEEDED = "identification needs no examiner"
    EXAMINER_NEEDED = "identification needs an examiner"
    CLEARED = "examiners clear"
    TWO_EXAMINERS = "two different examiners confirm"
    PRINTING_DAY = "its printing day in the plan has come"
    PRINT_FAILED = "the printer gave up for good"
    SIGNED_FOR = "the holder signs"


class OutboxTaskKind(StrEnum):
    """What another service is asked to do after a transition."""

    IDENTIFY = "identify"
    SET_ENCOUNTER_STATUS = "set_encounter_status"
    """Set the status of the pending encounter at the matcher: active or fraud."""
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table of transitions.

    by: roles that may cause it. outbox_task: recorded in the same transaction. notice: sent to
    the applicant.
    """

    source: ApplicationState
    event: ApplicationEvent
    target: ApplicationState
    by: frozenset[Role]
    guard: Guard | None = None
    outbox_task: OutboxTaskKind | None = None
    notice: NoticeKind | None = None


class IllegalTransition(DomainError):
    """The event cannot happen in the state of the application (metadata: state, event)."""

    kind = ErrorKind.PRECONDITION
    reason = "ILLEGAL_TRANSITION"


_OFFICER = frozenset({Role.OFFICER})
_COUNTER = frozenset({Role.OFFICER, Role.FRONTDESK})
_EXAMINER = frozenset({Role.EXAMINER})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_ISSUANCE = frozenset({Role.ISSUANCE})

_WITHDRAWABLE = (
    # Not while the applicant's identity is unresolved, nor once a book exists.
    ApplicationState.RECEIVED,
    ApplicationState.DOCUMENTS_REFUSED,
    ApplicationState.DOCUMENTS_ACCEPTED,
    ApplicationState.PAID,
    ApplicationState.BIOMETRICS_TAKEN,
    ApplicationState.AWAITING_APPROVAL,
    ApplicationState.APPROVED,
)

_S, _E = ApplicationState, ApplicationEvent

# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.RECEIVED, _E.ACCEPT_DOCUMENTS, _S.DOCUMENTS_ACCEPTED, _COUNTER),
    Transition(_S.RECEIVED, _E.REFUSE_DOCUMENTS, _S.DOCUMENTS_REFUSED, _OFFICER),
    Transition(_S.DOCUMENTS_REFUSED, _E.ACCEPT_DOCUMENTS, _S.DOCUMENTS_ACCEPTED, _COUNTER),
    Transition(_S.DOCUMENTS_ACCEPTED, _E.RECORD_PAYMENT, _S.PAID, _COUNTER),
    Transition(_S.PAID, _E.SUBMIT_BIOMETRICS, _S.BIOMETRICS_TAKEN, _COUNTER),
    Transition(_S.BIOMETRICS_TAKEN, _E.RECORD_INTERVIEW, _S.IDENTIFYING, _OFFICER,
               outbox_task=OutboxTaskKind.IDENTIFY, notice=NoticeKind.PROMISED_DATE),
    Transition(_S.IDENTIFYING, _E.REJECT_BIOMETRICS, _S.PAID, _ISSUANCE,
               Guard.UNUSABLE_FINGERS, notice=NoticeKind.RECAPTURE),
    Transition(_S.IDENTIFYING, _E.IDENTIFY, _S.AWAITING_APPROVAL, _ISSUANCE,
               Guard.NO_EXAMINER_NEEDED, outbox_task=OutboxTaskKind.SET_ENCOUNTER_STATUS),
    Transition(_S.IDENTIFYING, _E.REFER_TO_EXAMINERS, _S.ADJUDICATION, _ISSUANCE,
               Guard.EXAMINER_NEEDED),
    Transition(_S.ADJUDICATION, _E.CLEAR, _S.AWAITING_APPROVAL, _EXAMINER,
               Guard.CLEARED, outbox_task=OutboxTaskKind.SET_ENCOUNTER_STATUS),
    Transition(_S.ADJUDICATION, _E.CONFIRM_DUPLICATE, _S.REFUSED, _EXAMINER,
               Guard.TWO_EXAMINERS, outbox_task=OutboxTaskKind.SET_ENCOUNTER_STATUS,
               notice=NoticeKind.REFUSED),
    Transition(_S.AWAITING_APPROVAL, _E.APPROVE, _S.APPROVED, _SUPERVISOR),
    Transition(_S.AWAITING_APPROVAL, _E.REFUSE, _S.REFUSED, _SUPERVISOR,
               notice=NoticeKind.REFUSED),
    Transition(_S.APPROVED, _E.RELEASE, _S.PRINTING, _ISSUANCE,
               Guard.PRINTING_DAY, outbox_task=OutboxTaskKind.PRINT),
    Transition(_S.PRINTING, _E.FAIL_PRINT, _S.APPROVED, _ISSUANCE, Guard.PRINT_FAILED),
    Transition(_S.PRINTING, _E.FINISH_PRINT, _S.READY, _ISSUANCE, notice=NoticeKind.READY),
    Transition(_S.READY, _E.HAND_OVER, _S.HANDED_OVER, _OFFICER, Guard.SIGNED_FOR),
    *(Transition(state, _E.WITHDRAW, _S.WITHDRAWN, _OFFICER) for state in _WITHDRAWABLE),
)
# fmt: on

_BY_STATE_AND_EVENT: Mapping[tuple[ApplicationState, ApplicationEvent], Transition] = {
    (row.source, row.event): row for row in TRANSITIONS
}


def find_transition(state: ApplicationState, event: ApplicationEvent, role: str) -> Transition:
    """Return the transition that `event` causes in `state`, if `role` may cause it.

    Raises IllegalTransition if there is none, NotPermitted if another role has to cause it.
    """
    row = _BY_STATE_AND_EVENT.get((state, event))
    if row is None:
        raise IllegalTransition(
            f"{event} cannot happen to an application that is {state}", state=state, event=event
        )
    if role not in row.by:
        raise NotPermitted(f"{event} is for {', '.join(sorted(row.by))}, not for {role}")
    return row
