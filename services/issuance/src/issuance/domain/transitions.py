"""The transitions between the states of an application: the legal order, as a table.

`docs/issuance-states.md` is drawn from it. The order of steps is Indonesia's, the first country.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from servicekit.errors import DomainError, ErrorKind, NotPermitted

from issuance.domain.document import DocumentStatus
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.guards import Guard
from issuance.domain.notices import NoticeKind
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.roles import Role
from issuance.domain.states import EXAMINED_WHILE_PRINTED, FINAL_STATES, ApplicationState


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table of transitions.

    by: roles that may cause it. outbox_task: recorded in the same transaction. notice: sent to
    the applicant. document: what the document of the application becomes. encounter: what the
    encounter of the application becomes at the matcher.
    """

    source: ApplicationState
    event: ApplicationEvent
    target: ApplicationState
    by: frozenset[Role]
    guard: Guard | None = None
    outbox_task: OutboxTaskKind | None = None
    notice: NoticeKind | None = None
    document: DocumentStatus | None = None
    encounter: EncounterStatus | None = None


class IllegalTransition(DomainError):
    """The event cannot happen in the state of the application (metadata: state, event)."""

    kind = ErrorKind.PRECONDITION
    reason = "ILLEGAL_TRANSITION"


_OFFICER = frozenset({Role.OFFICER})
_COUNTER = frozenset({Role.OFFICER, Role.FRONTDESK})
_EXAMINER = frozenset({Role.EXAMINER})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_ISSUANCE = frozenset({Role.ISSUANCE})

_BEFORE_PAYMENT = (
    ApplicationState.RECEIVED,
    ApplicationState.DOCUMENTS_REFUSED,
    ApplicationState.DOCUMENTS_ACCEPTED,
)
_BEFORE_IDENTIFICATION = (
    *_BEFORE_PAYMENT,
    ApplicationState.PAID,
    ApplicationState.BIOMETRICS_TAKEN,
)
"""The matcher has nothing of the case yet, or is asked to delete what it had."""
_CORRECTED = {state: state for state in _BEFORE_IDENTIFICATION} | {
    ApplicationState.IDENTITY_REVIEW: ApplicationState.IDENTITY_REVIEW,
    ApplicationState.AWAITING_APPROVAL: ApplicationState.AWAITING_APPROVAL,
    # What was approved was other data.
    ApplicationState.APPROVED: ApplicationState.AWAITING_APPROVAL,
    ApplicationState.PRINT_FAILED: ApplicationState.AWAITING_APPROVAL,
}

_HELD = {
    ApplicationState.AWAITING_APPROVAL: ApplicationState.AWAITING_APPROVAL,
    # To be approved again, by somebody who knows of it.
    ApplicationState.APPROVED: ApplicationState.AWAITING_APPROVAL,
    ApplicationState.PRINT_FAILED: ApplicationState.PRINT_FAILED,
    ApplicationState.READY: ApplicationState.READY,
}

_IDENTIFICATION_DUE = (
    # Verified only, and identified as soon as the matcher can.
    ApplicationState.AWAITING_APPROVAL,
    ApplicationState.APPROVED,
    ApplicationState.PRINTING,
    ApplicationState.PRINT_FAILED,
)
_PORTRAIT_REPLACEABLE = (
    # From the payment until the approval: a supervisor has seen the portrait that is printed.
    ApplicationState.PAID,
    ApplicationState.BIOMETRICS_TAKEN,
    ApplicationState.IDENTIFYING,
    ApplicationState.IDENTITY_REVIEW,
    ApplicationState.ADJUDICATION,
    ApplicationState.AWAITING_APPROVAL,
)

_S, _E = ApplicationState, ApplicationEvent

# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.RECEIVED, _E.ACCEPT_DOCUMENTS, _S.DOCUMENTS_ACCEPTED, _COUNTER),
    Transition(_S.RECEIVED, _E.REFUSE_DOCUMENTS, _S.DOCUMENTS_REFUSED, _OFFICER),
    Transition(_S.DOCUMENTS_REFUSED, _E.ACCEPT_DOCUMENTS, _S.DOCUMENTS_ACCEPTED, _COUNTER),
    *(Transition(state, _E.ACCEPT_FORCE_MAJEURE, state, _SUPERVISOR) for state in _BEFORE_PAYMENT),
    Transition(_S.DOCUMENTS_ACCEPTED, _E.RECORD_PAYMENT, _S.PAID, _COUNTER),
    Transition(_S.PAID, _E.SUBMIT_BIOMETRICS, _S.BIOMETRICS_TAKEN, _COUNTER),
    Transition(_S.PAID, _E.CONFIRM_DIFFERENT_FINGERS, _S.BIOMETRICS_TAKEN, _SUPERVISOR),
    Transition(_S.PAID, _E.POSTPONE_BIOMETRICS, _S.PAID, _OFFICER, Guard.HEALING_FINGERS),
    Transition(_S.PAID, _E.DECLARE_NO_FINGERPRINTS, _S.BIOMETRICS_TAKEN, _OFFICER,
               Guard.NO_FINGERS),
    Transition(_S.BIOMETRICS_TAKEN, _E.RECORD_INTERVIEW, _S.IDENTIFYING, _OFFICER,
               Guard.FINGERPRINTS, outbox_task=OutboxTaskKind.IDENTIFY,
               notice=NoticeKind.PROMISED_DATE),
    Transition(_S.BIOMETRICS_TAKEN, _E.INTERVIEW_WITHOUT_FINGERPRINTS, _S.IDENTITY_REVIEW, _OFFICER,
               Guard.NO_FINGERPRINTS, notice=NoticeKind.PROMISED_DATE),
    Transition(_S.IDENTITY_REVIEW, _E.ESTABLISH_IDENTITY, _S.AWAITING_APPROVAL, _SUPERVISOR,
               Guard.SECOND_PERSON),
    Transition(_S.IDENTITY_REVIEW, _E.REFUSE, _S.REFUSED, _SUPERVISOR, notice=NoticeKind.REFUSED),
    Transition(_S.IDENTITY_REVIEW, _E.WITHDRAW, _S.WITHDRAWN, _OFFICER),
    Transition(_S.IDENTITY_REVIEW, _E.RETAKE_BIOMETRICS, _S.PAID, _SUPERVISOR,
               notice=NoticeKind.RECAPTURE),
    Transition(_S.REFUSED, _E.REVIEW_IDENTITY, _S.IDENTITY_REVIEW, _SUPERVISOR,
               Guard.REFUSED_WITHOUT_FINGERPRINTS, notice=NoticeKind.PROMISED_DATE),
    Transition(_S.IDENTIFYING, _E.REJECT_BIOMETRICS, _S.PAID, _ISSUANCE,
               Guard.UNUSABLE_FINGERS, notice=NoticeKind.RECAPTURE),
    Transition(_S.IDENTIFYING, _E.IDENTIFY, _S.AWAITING_APPROVAL, _ISSUANCE,
               Guard.NO_EXAMINER_NEEDED, encounter=EncounterStatus.ACTIVE),
    Transition(_S.IDENTIFYING, _E.REFER_TO_EXAMINERS, _S.ADJUDICATION, _ISSUANCE,
               Guard.EXAMINER_NEEDED),
    Transition(_S.IDENTIFYING, _E.VERIFY, _S.AWAITING_APPROVAL, _ISSUANCE, Guard.VERIFIED),
    *(Transition(source, _E.DISCARD_VERIFICATION, _S.IDENTIFYING, _ISSUANCE,
                 Guard.VERIFIED_AS_ANOTHER)
      for source in (_S.AWAITING_APPROVAL, _S.APPROVED, _S.PRINT_FAILED)),
    *(Transition(source, _E.REQUEST_EMERGENCY_DOCUMENT, _S.AWAITING_APPROVAL, _OFFICER,
                 Guard.EMERGENCY_ALLOWED)
      for source in (_S.IDENTIFYING, _S.AWAITING_APPROVAL, _S.APPROVED)),
    *(Transition(source, _E.CANCEL_EMERGENCY_DOCUMENT, _S.IDENTIFYING, _OFFICER | _SUPERVISOR,
                 Guard.EMERGENCY_UNIDENTIFIED)
      for source in (_S.AWAITING_APPROVAL, _S.APPROVED)),
    *(Transition(state, _E.IDENTIFY, state, _ISSUANCE,
                 Guard.NO_EXAMINER_NEEDED, encounter=EncounterStatus.ACTIVE)
      for state in (*_IDENTIFICATION_DUE, _S.READY)),
    Transition(_S.HANDED_OVER, _E.IDENTIFY, _S.HANDED_OVER, _ISSUANCE,
               Guard.NO_EXAMINER_NEEDED, notice=NoticeKind.IDENTITY_SETTLED,
               encounter=EncounterStatus.ACTIVE),
    Transition(_S.BOOK_HELD, _E.IDENTIFY, _S.READY, _ISSUANCE,
               Guard.NO_EXAMINER_NEEDED, notice=NoticeKind.READY, encounter=EncounterStatus.ACTIVE),
    *(Transition(state, _E.REFER_TO_EXAMINERS, _S.ADJUDICATION, _ISSUANCE, Guard.EXAMINER_NEEDED)
      for state in (*_IDENTIFICATION_DUE, _S.BOOK_HELD, _S.READY)),
    *(Transition(state, _E.REJECT_BIOMETRICS, _S.PAID, _ISSUANCE,
                 Guard.UNUSABLE_FINGERS, notice=NoticeKind.RECAPTURE)
      for state in (_S.AWAITING_APPROVAL, _S.APPROVED, _S.PRINT_FAILED, _S.BOOK_HELD, _S.READY)),
    Transition(_S.HANDED_OVER, _E.REFER_TO_EXAMINERS, _S.HANDED_OVER, _ISSUANCE,
               Guard.EXAMINER_NEEDED),
    Transition(_S.HANDED_OVER, _E.REJECT_BIOMETRICS, _S.HANDED_OVER, _ISSUANCE,
               Guard.UNUSABLE_FINGERS, notice=NoticeKind.IDENTIFICATION_DUE),
    # Whatever the matcher may have of it was compared with nobody.
    Transition(_S.HANDED_OVER, _E.SETTLE_IDENTIFICATION, _S.HANDED_OVER, _SUPERVISOR,
               Guard.MATCHER_CANNOT_IDENTIFY, notice=NoticeKind.IDENTITY_SETTLED,
               encounter=EncounterStatus.DELETED),
    Transition(_S.HANDED_OVER, _E.CLEAR, _S.HANDED_OVER, _EXAMINER,
               Guard.CLEARED, notice=NoticeKind.IDENTITY_SETTLED,
               encounter=EncounterStatus.ACTIVE),
    Transition(_S.HANDED_OVER, _E.LINK_PERSON, _S.HANDED_OVER, _EXAMINER,
               Guard.SAME_PERSON, notice=NoticeKind.IDENTITY_SETTLED, document=DocumentStatus.VALID,
               encounter=EncounterStatus.ACTIVE),
    Transition(_S.HANDED_OVER, _E.CONFIRM_DUPLICATE, _S.REFUSED, _EXAMINER,
               Guard.TWO_EXAMINERS, notice=NoticeKind.REFUSED, document=DocumentStatus.REVOKED,
               encounter=EncounterStatus.FRAUD),
    Transition(_S.ADJUDICATION, _E.CLEAR, _S.AWAITING_APPROVAL, _EXAMINER,
               Guard.CLEARED, encounter=EncounterStatus.ACTIVE),
    Transition(_S.ADJUDICATION, _E.LINK_PERSON, _S.AWAITING_APPROVAL, _EXAMINER,
               Guard.SAME_PERSON, encounter=EncounterStatus.ACTIVE),
    Transition(_S.ADJUDICATION, _E.CONFIRM_DUPLICATE, _S.REFUSED, _EXAMINER,
               Guard.TWO_EXAMINERS, notice=NoticeKind.REFUSED, encounter=EncounterStatus.FRAUD),
    Transition(_S.AWAITING_APPROVAL, _E.APPROVE_FIRST, _S.AWAITING_APPROVAL, _SUPERVISOR,
               Guard.EMERGENCY_UNIDENTIFIED),
    Transition(_S.AWAITING_APPROVAL, _E.APPROVE, _S.APPROVED, _SUPERVISOR),
    Transition(_S.AWAITING_APPROVAL, _E.APPROVE_BOOK, _S.READY, _SUPERVISOR,
               Guard.PRINTED_AFTER_ALL, notice=NoticeKind.READY),
    Transition(_S.APPROVED, _E.REQUIRE_PORTRAIT, _S.AWAITING_APPROVAL, _ISSUANCE,
               Guard.NO_PORTRAIT),
    *(Transition(state, _E.REFUSE, _S.REFUSED, _SUPERVISOR, notice=NoticeKind.REFUSED,
                 encounter=EncounterStatus.INACTIVE)
      for state in (_S.AWAITING_APPROVAL, _S.APPROVED, _S.PRINT_FAILED)),
    Transition(_S.REFUSED, _E.REOPEN, _S.AWAITING_APPROVAL, _SUPERVISOR,
               Guard.REFUSED_BY_SUPERVISOR, notice=NoticeKind.PROMISED_DATE,
               encounter=EncounterStatus.ACTIVE),
    Transition(_S.REFUSED, _E.REOPEN_UNIDENTIFIED, _S.PAID, _SUPERVISOR,
               Guard.REFUSED_UNIDENTIFIED, notice=NoticeKind.RECAPTURE),
    Transition(_S.REFUSED, _E.REEXAMINE, _S.ADJUDICATION, _SUPERVISOR,
               Guard.REFUSED_BY_EXAMINERS, notice=NoticeKind.PROMISED_DATE),
    # Its document is in nobody's safe: it stays revoked, whatever is found.
    Transition(_S.REFUSED, _E.REEXAMINE_HOLDER, _S.HANDED_OVER, _SUPERVISOR,
               Guard.REVOKED_BY_EXAMINERS),
    Transition(_S.APPROVED, _E.RELEASE, _S.PRINTING, _ISSUANCE,
               Guard.PRINTING_DAY, outbox_task=OutboxTaskKind.PRINT),
    Transition(_S.PRINTING, _E.REPEAT_PRINT, _S.PRINTING, _ISSUANCE,
               Guard.PRINT_JOB_LOST, outbox_task=OutboxTaskKind.PRINT),
    Transition(_S.PRINTING, _E.FAIL_PRINT, _S.PRINT_FAILED, _ISSUANCE, Guard.PRINT_FAILED),
    Transition(_S.PRINT_FAILED, _E.APPROVE, _S.APPROVED, _SUPERVISOR),
    Transition(_S.PRINT_FAILED, _E.FINISH_PRINT, _S.READY, _ISSUANCE,
               Guard.PRINTED_AFTER_ALL, notice=NoticeKind.READY, document=DocumentStatus.MADE),
    Transition(_S.PRINTING, _E.FINISH_PRINT, _S.READY, _ISSUANCE, notice=NoticeKind.READY,
               document=DocumentStatus.MADE),
    *(Transition(state, _E.HOLD_BOOK, _S.BOOK_HELD, _ISSUANCE,
                 Guard.IDENTIFICATION_DUE, document=DocumentStatus.MADE)
      for state in (_S.PRINTING, _S.PRINT_FAILED)),
    *(Transition(state, _E.HOLD_BOOK, state, _ISSUANCE, Guard.PRINTED_MEANWHILE, document=document)
      for state, document in (
          (_S.ADJUDICATION, DocumentStatus.MADE),
          (_S.AWAITING_APPROVAL, DocumentStatus.MADE),
          (_S.REFUSED, DocumentStatus.REVOKED),
      )),
    *(Transition(state, _E.FAIL_PRINT, state, _ISSUANCE, Guard.PRINT_FAILED)
      for state in sorted(EXAMINED_WHILE_PRINTED)),
    Transition(_S.READY, _E.HAND_OVER, _S.HANDED_OVER, _OFFICER, Guard.SIGNED_FOR,
               document=DocumentStatus.VALID),
    Transition(_S.READY, _E.FAIL_FINGER_CHECK, _S.READY, _OFFICER, Guard.FINGERS_DIFFER),
    Transition(_S.READY, _E.WAIVE_FINGER_CHECK, _S.READY, _SUPERVISOR, Guard.FINGER_CHECK_DUE),
    *(Transition(state, _E.SUBMIT_PORTRAIT, state, _COUNTER) for state in _PORTRAIT_REPLACEABLE),
    Transition(_S.PRINT_FAILED, _E.SUBMIT_PORTRAIT, _S.AWAITING_APPROVAL, _COUNTER),
    *(Transition(state, _E.EXCEPT_PORTRAIT, state, _SUPERVISOR) for state in _PORTRAIT_REPLACEABLE),
    Transition(_S.PRINT_FAILED, _E.EXCEPT_PORTRAIT, _S.AWAITING_APPROVAL, _SUPERVISOR),
    *(Transition(state, _E.WITHDRAW, _S.WITHDRAWN, _OFFICER) for state in _BEFORE_IDENTIFICATION),
    *(Transition(state, _E.WITHDRAW, _S.WITHDRAWN, by, document=document,
                 encounter=EncounterStatus.DELETED)
      for state, by, document in (
          (_S.IDENTIFYING, _OFFICER, None),
          # Suspected of a second identity: not by the counter alone.
          (_S.ADJUDICATION, _SUPERVISOR, None),
          (_S.AWAITING_APPROVAL, _OFFICER, None),
          (_S.APPROVED, _OFFICER, None),
          (_S.PRINT_FAILED, _OFFICER, None),
          (_S.BOOK_HELD, _OFFICER, DocumentStatus.REVOKED),
          (_S.READY, _OFFICER, DocumentStatus.REVOKED),
      )),
    Transition(_S.BIOMETRICS_TAKEN, _E.RETAKE_BIOMETRICS, _S.PAID, _OFFICER),
    *(Transition(state, _E.RETAKE_BIOMETRICS, _S.PAID, by, notice=NoticeKind.RECAPTURE,
                 encounter=EncounterStatus.DELETED)
      for state, by in (
          (_S.IDENTIFYING, _SUPERVISOR),
          (_S.ADJUDICATION, _EXAMINER | _SUPERVISOR | _ISSUANCE),
          (_S.AWAITING_APPROVAL, _SUPERVISOR | _ISSUANCE),
      )),
    *(Transition(state, _E.RETAKE_BIOMETRICS, _S.PAID, _ISSUANCE, Guard.ENROLMENT_LOST,
                 notice=NoticeKind.RECAPTURE, encounter=EncounterStatus.DELETED)
      for state in (_S.APPROVED, _S.PRINT_FAILED)),
    *(Transition(state, _E.HOLD, target, _ISSUANCE, Guard.ON_TRAVEL_BAN_LIST)
      for state, target in _HELD.items()),
    *(Transition(state, _E.CLEAR_HOLD, state, _SUPERVISOR, Guard.HELD)
      for state in sorted(set(_HELD.values()))),
    Transition(_S.READY, _E.REFUSE, _S.REFUSED, _SUPERVISOR, notice=NoticeKind.REFUSED,
               document=DocumentStatus.REVOKED, encounter=EncounterStatus.INACTIVE),
    *(Transition(state, _E.CORRECT_DATA, target, _OFFICER)
      for state, target in _CORRECTED.items()),
    *(Transition(state, _E.CHANGE_CONTACT, state, _COUNTER)
      for state in _S if state not in FINAL_STATES),
    Transition(_S.HANDED_OVER, _E.CHANGE_CONTACT, _S.HANDED_OVER, _COUNTER,
               Guard.IDENTIFICATION_DUE),
    *(Transition(state, _E.APPOINT_PROXY, state, _OFFICER)
      for state in _S if state not in FINAL_STATES),
    *(Transition(state, _E.MERGE_PERSON, state, _EXAMINER, Guard.SAME_AS_ANOTHER)
      for state in sorted(FINAL_STATES)),
    *(Transition(state, _E.UNDO_MERGE, state, _EXAMINER, Guard.NOT_THE_OTHER) for state in _S),
    Transition(_S.READY, _E.REMIND_COLLECTION, _S.READY, _ISSUANCE, Guard.SOON_CANCELLED,
               notice=NoticeKind.COLLECTION_REMINDER),
    Transition(_S.READY, _E.CANCEL_UNCOLLECTED, _S.WITHDRAWN, _ISSUANCE, Guard.NOT_COLLECTED,
               notice=NoticeKind.NOT_COLLECTED, document=DocumentStatus.REVOKED,
               encounter=EncounterStatus.DELETED),
)
# fmt: on

_BY_STATE_AND_EVENT: Mapping[tuple[ApplicationState, ApplicationEvent], Transition] = {
    (row.source, row.event): row for row in TRANSITIONS
}


def transition_of(source: ApplicationState | None, event: ApplicationEvent) -> Transition | None:
    """Return the transition that an entry of a history was, if this version still has it."""
    return _BY_STATE_AND_EVENT.get((source, event)) if source else None


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
