"""States of an application, and the groups of them that rules speak of."""

from enum import StrEnum


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
