"""Events: what can happen to an application."""

from enum import StrEnum


class ApplicationEvent(StrEnum):
    """What can happen to an application. CREATE makes it and is in no transition."""

    CREATE = "create"
    ACCEPT_DOCUMENTS = "accept_documents"
    REFUSE_DOCUMENTS = "refuse_documents"
    ACCEPT_FORCE_MAJEURE = "accept_force_majeure"
    RECORD_PAYMENT = "record_payment"
    SUBMIT_BIOMETRICS = "submit_biometrics"
    CONFIRM_DIFFERENT_FINGERS = "confirm_different_fingers"
    POSTPONE_BIOMETRICS = "postpone_biometrics"
    DECLARE_NO_FINGERPRINTS = "declare_no_fingerprints"
    SUBMIT_PORTRAIT = "submit_portrait"
    EXCEPT_PORTRAIT = "except_portrait"
    RECORD_INTERVIEW = "record_interview"
    INTERVIEW_WITHOUT_FINGERPRINTS = "interview_without_fingerprints"
    ESTABLISH_IDENTITY = "establish_identity"
    REQUEST_EMERGENCY_DOCUMENT = "request_emergency_document"
    CANCEL_EMERGENCY_DOCUMENT = "cancel_emergency_document"
    REJECT_BIOMETRICS = "reject_biometrics"
    VERIFY = "verify"
    DISCARD_VERIFICATION = "discard_verification"
    """The record that matched turned out to be another person's."""
    IDENTIFY = "identify"
    REFER_TO_EXAMINERS = "refer_to_examiners"
    CLEAR = "clear"
    CONFIRM_DUPLICATE = "confirm_duplicate"
    APPROVE_FIRST = "approve_first"
    """The first of two supervisors approves an emergency document."""
    APPROVE = "approve"
    APPROVE_BOOK = "approve_book"
    REQUIRE_PORTRAIT = "require_portrait"
    REFUSE = "refuse"
    LINK_PERSON = "link_person"
    MERGE_PERSON = "merge_person"
    """The person of an application that has ended turned out to be another one on record."""
    UNDO_MERGE = "undo_merge"
    """Its person is not the one on record with whom examiners had merged them."""
    RETAKE_BIOMETRICS = "retake_biometrics"
    REOPEN = "reopen"
    REOPEN_UNIDENTIFIED = "reopen_unidentified"
    REEXAMINE = "reexamine"
    REEXAMINE_HOLDER = "reexamine_holder"
    """The holder of an emergency document that examiners had revoked goes to other examiners."""
    REVIEW_IDENTITY = "review_identity"
    RELEASE = "release"
    REPEAT_PRINT = "repeat_print"
    FAIL_PRINT = "fail_print"
    FINISH_PRINT = "finish_print"
    HOLD_BOOK = "hold_book"
    HAND_OVER = "hand_over"
    FAIL_FINGER_CHECK = "fail_finger_check"
    WAIVE_FINGER_CHECK = "waive_finger_check"
    SETTLE_IDENTIFICATION = "settle_identification"
    """A supervisor knows the holder of an emergency document by other means."""
    WITHDRAW = "withdraw"
    CORRECT_DATA = "correct_data"
    HOLD = "hold"
    """A supervisor must look at it first: the travel-ban list may have its applicant."""
    CLEAR_HOLD = "clear_hold"
    CHANGE_CONTACT = "change_contact"
    APPOINT_PROXY = "appoint_proxy"
    REMIND_COLLECTION = "remind_collection"
    CANCEL_UNCOLLECTED = "cancel_uncollected"


BEGINS_ENCOUNTER = frozenset(
    {ApplicationEvent.RETAKE_BIOMETRICS, ApplicationEvent.REOPEN_UNIDENTIFIED}
)
"""The next fingers are another encounter: the matcher has deleted the last, or never got it."""

WITHOUT_INFLUENCE = frozenset(
    {
        ApplicationEvent.CHANGE_CONTACT,
        ApplicationEvent.APPOINT_PROXY,
        ApplicationEvent.MERGE_PERSON,
        ApplicationEvent.UNDO_MERGE,
    }
)
"""Possible until the end, or only after it, and without influence on the way of an application."""
