"""States of an application and the transitions between them: the legal order, as a table.

`docs/issuance-states.md` is drawn from it. The order of steps is Indonesia's, the first country.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind, NotPermitted

from issuance.domain.document import DocumentStatus
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.notices import NoticeKind


class ApplicationState(StrEnum):
    """State of an application."""

    RECEIVED = "received"
    DOCUMENTS_REFUSED = "documents_refused"
    DOCUMENTS_ACCEPTED = "documents_accepted"
    PAID = "paid"
    BIOMETRICS_TAKEN = "biometrics_taken"
    IDENTIFYING = "identifying"
    IDENTITY_REVIEW = "identity_review"
    """Without fingerprints: a supervisor decides who the applicant is."""
    ADJUDICATION = "adjudication"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    PRINTING = "printing"
    PRINT_FAILED = "print_failed"
    BOOK_HELD = "book_held"
    """Its book is made, and held until the identification that is due."""
    READY = "ready"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


INITIAL_STATE = ApplicationState.RECEIVED
FINAL_STATES = frozenset(
    {ApplicationState.HANDED_OVER, ApplicationState.REFUSED, ApplicationState.WITHDRAWN}
)
DOCUMENTS_DUE = frozenset({ApplicationState.RECEIVED, ApplicationState.DOCUMENTS_REFUSED})
"""The documents are still to be accepted."""
WITHOUT_PASSPORT = frozenset({ApplicationState.REFUSED, ApplicationState.WITHDRAWN})
"""Ended, and whatever book was made is not handed over."""
EXAMINED_WHILE_PRINTED = frozenset(
    {ApplicationState.ADJUDICATION, ApplicationState.AWAITING_APPROVAL, ApplicationState.REFUSED}
)
"""A book may come of the job that the printer had when examiners were asked; it is held."""
IDENTITY_UNRESOLVED = frozenset(
    {
        ApplicationState.IDENTIFYING,
        ApplicationState.IDENTITY_REVIEW,
        ApplicationState.ADJUDICATION,
    }
)
"""Complete, but it is not known yet whether a book will be printed."""
AWAITING_IDENTIFICATION = frozenset({ApplicationState.IDENTIFYING, ApplicationState.BOOK_HELD})
"""Nothing but the matcher's identification lets it go on."""
AWAITING_PRINT = IDENTITY_UNRESOLVED | {
    ApplicationState.AWAITING_APPROVAL,
    ApplicationState.APPROVED,
}
"""Complete and not yet released to the printer: the cases that the plan gives a printing day."""
UNDECIDED = IDENTITY_UNRESOLVED | {ApplicationState.AWAITING_APPROVAL}
"""Complete, but nobody knows yet when, or whether, it will be approved."""
NOT_READY = AWAITING_PRINT | {
    ApplicationState.PRINTING,
    ApplicationState.PRINT_FAILED,
    ApplicationState.BOOK_HELD,
}
"""Complete and nothing to collect yet: the cases whose collection date may still change."""

WITHOUT_ENROLMENT = frozenset({ApplicationState.REFUSED, ApplicationState.WITHDRAWN})
"""Nobody has to do anything about fingerprints that the matcher has lost."""
BEFORE_BOOK_IS_MADE = frozenset(
    {
        ApplicationState.ADJUDICATION,
        ApplicationState.AWAITING_APPROVAL,
        ApplicationState.APPROVED,
        ApplicationState.PRINT_FAILED,
    }
)
"""Identified, and no book is being made: fingerprints that the matcher lost are taken again."""


class ApplicationEvent(StrEnum):
    """What can happen to an application. CREATE makes it and is in no transition."""

    CREATE = "create"
    ACCEPT_DOCUMENTS = "accept_documents"
    REFUSE_DOCUMENTS = "refuse_documents"
    ACCEPT_FORCE_MAJEURE = "accept_force_majeure"
    RECORD_PAYMENT = "record_payment"
    SUBMIT_BIOMETRICS = "submit_biometrics"
    POSTPONE_BIOMETRICS = "postpone_biometrics"
    DECLARE_NO_FINGERPRINTS = "declare_no_fingerprints"
    SUBMIT_PORTRAIT = "submit_portrait"
    EXCEPT_PORTRAIT = "except_portrait"
    RECORD_INTERVIEW = "record_interview"
    INTERVIEW_WITHOUT_FINGERPRINTS = "interview_without_fingerprints"
    ESTABLISH_IDENTITY = "establish_identity"
    REJECT_BIOMETRICS = "reject_biometrics"
    VERIFY = "verify"
    IDENTIFY = "identify"
    REFER_TO_EXAMINERS = "refer_to_examiners"
    CLEAR = "clear"
    CONFIRM_DUPLICATE = "confirm_duplicate"
    APPROVE = "approve"
    APPROVE_BOOK = "approve_book"
    REQUIRE_PORTRAIT = "require_portrait"
    REFUSE = "refuse"
    LINK_PERSON = "link_person"
    RETAKE_BIOMETRICS = "retake_biometrics"
    REOPEN = "reopen"
    REOPEN_UNIDENTIFIED = "reopen_unidentified"
    REEXAMINE = "reexamine"
    REVIEW_IDENTITY = "review_identity"
    RELEASE = "release"
    REPEAT_PRINT = "repeat_print"
    FAIL_PRINT = "fail_print"
    FINISH_PRINT = "finish_print"
    HOLD_BOOK = "hold_book"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"
    CORRECT_DATA = "correct_data"
    HOLD = "hold"
    """A supervisor must look at it first: the travel-ban list may have its applicant."""
    CLEAR_HOLD = "clear_hold"
    CHANGE_CONTACT = "change_contact"
    APPOINT_PROXY = "appoint_proxy"
    REMIND_COLLECTION = "remind_collection"
    CANCEL_UNCOLLECTED = "cancel_uncollected"


WITHOUT_INFLUENCE = frozenset({ApplicationEvent.CHANGE_CONTACT, ApplicationEvent.APPOINT_PROXY})
"""Possible until the end, and without influence on which way an application goes."""


class Role(StrEnum):
    """Who may cause an event: roles of people, and services under their own name."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    EXAMINER = "examiner"
    FRONTDESK = "service:frontdesk"
    ISSUANCE = "service:issuance"


class Guard(StrEnum):
    """Condition of a transition, in words. The use case that causes the event checks it."""

    HEALING_FINGERS = "fingers are bandaged and none can be captured"
    NO_FINGERS = "no finger can ever be captured"
    FINGERPRINTS = "fingerprints were taken"
    NO_FINGERPRINTS = "no finger can be captured; the officer says how the applicant is known"
    SECOND_PERSON = "the supervisor took no step of the intake"
    REFUSED_WITHOUT_FINGERPRINTS = "a supervisor refused it, without fingerprints"
    UNUSABLE_FINGERS = "the matcher cannot use the fingers"
    VERIFIED = "identification is out, and the own record matches"
    NO_EXAMINER_NEEDED = "identification needs no examiner"
    EXAMINER_NEEDED = "identification needs an examiner"
    CLEARED = "examiners clear"
    TWO_EXAMINERS = "two different examiners confirm"
    SAME_PERSON = "two different examiners find an honest applicant with another record"
    REFUSED_BY_SUPERVISOR = "a supervisor refused it"
    REFUSED_UNIDENTIFIED = "a supervisor refused it before it was identified"
    REFUSED_BY_EXAMINERS = "examiners confirmed a duplicate"
    ENROLMENT_LOST = "the matcher has lost the enrolment"
    NO_PORTRAIT = "approved before a portrait was required"
    PRINTING_DAY = "its printing day in the plan has come"
    PRINT_JOB_LOST = "the printer lost its job in a restore"
    PRINT_FAILED = "the printer refused it, or its job ended without a book"
    PRINTED_AFTER_ALL = "a good book was made before"
    IDENTIFICATION_DUE = "identification is due"
    PRINTED_MEANWHILE = "its book was being made when examiners were asked"
    SIGNED_FOR = "the holder or the appointed proxy signs"
    SOON_CANCELLED = "a week before the end of the month since it was ready"
    NOT_COLLECTED = "not collected within a month"
    ON_TRAVEL_BAN_LIST = "the travel-ban list has the applicant"
    HELD = "it is held"


class OutboxTaskKind(StrEnum):
    """What another service is asked to do after a transition."""

    IDENTIFY = "identify"
    VERIFY = "verify"
    """Compare the applicant with their own record, while the matcher cannot identify."""
    SET_ENCOUNTER_STATUS = "set_encounter_status"
    """Set the status of the case's encounter at the matcher, move it, or delete it."""
    PRINT = "print"
    NOTIFY = "notify"
    """Deliver the latest notice to the applicant."""


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
    *(Transition(state, _E.IDENTIFY, state, _ISSUANCE,
                 Guard.NO_EXAMINER_NEEDED, encounter=EncounterStatus.ACTIVE)
      for state in _IDENTIFICATION_DUE),
    Transition(_S.BOOK_HELD, _E.IDENTIFY, _S.READY, _ISSUANCE,
               Guard.NO_EXAMINER_NEEDED, notice=NoticeKind.READY, encounter=EncounterStatus.ACTIVE),
    *(Transition(state, _E.REFER_TO_EXAMINERS, _S.ADJUDICATION, _ISSUANCE, Guard.EXAMINER_NEEDED)
      for state in (*_IDENTIFICATION_DUE, _S.BOOK_HELD)),
    *(Transition(state, _E.REJECT_BIOMETRICS, _S.PAID, _ISSUANCE,
                 Guard.UNUSABLE_FINGERS, notice=NoticeKind.RECAPTURE)
      for state in (_S.AWAITING_APPROVAL, _S.APPROVED, _S.PRINT_FAILED, _S.BOOK_HELD)),
    Transition(_S.ADJUDICATION, _E.CLEAR, _S.AWAITING_APPROVAL, _EXAMINER,
               Guard.CLEARED, encounter=EncounterStatus.ACTIVE),
    Transition(_S.ADJUDICATION, _E.LINK_PERSON, _S.AWAITING_APPROVAL, _EXAMINER,
               Guard.SAME_PERSON, encounter=EncounterStatus.ACTIVE),
    Transition(_S.ADJUDICATION, _E.CONFIRM_DUPLICATE, _S.REFUSED, _EXAMINER,
               Guard.TWO_EXAMINERS, notice=NoticeKind.REFUSED, encounter=EncounterStatus.FRAUD),
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
    *(Transition(state, _E.APPOINT_PROXY, state, _OFFICER)
      for state in _S if state not in FINAL_STATES),
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
