"""The law of an application, event by event, written down a second time and apart from the code."""

from itertools import product

import pytest
from issuance.domain.events import ApplicationEvent
from issuance.domain.roles import Role
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition, find_transition
from servicekit.errors import NotPermitted

COUNTER = ("officer", "service:frontdesk")
OFFICER = ("officer",)
SUPERVISOR = ("supervisor",)
EXAMINER = ("examiner",)
ITSELF = ("service:issuance",)

LAW = {
    ("received", "accept_documents"): ("documents_accepted", COUNTER),
    ("received", "refuse_documents"): ("documents_refused", OFFICER),
    ("documents_refused", "accept_documents"): ("documents_accepted", COUNTER),
    ("received", "accept_force_majeure"): ("received", SUPERVISOR),
    ("documents_refused", "accept_force_majeure"): ("documents_refused", SUPERVISOR),
    ("documents_accepted", "accept_force_majeure"): ("documents_accepted", SUPERVISOR),
    ("documents_accepted", "record_payment"): ("paid", COUNTER),
    ("paid", "submit_biometrics"): ("biometrics_taken", COUNTER),
    ("paid", "confirm_different_fingers"): ("biometrics_taken", SUPERVISOR),
    ("paid", "postpone_biometrics"): ("paid", OFFICER),
    ("paid", "declare_no_fingerprints"): ("biometrics_taken", OFFICER),
    ("biometrics_taken", "record_interview"): ("identifying", OFFICER),
    ("biometrics_taken", "interview_without_fingerprints"): ("identity_review", OFFICER),
    ("identity_review", "establish_identity"): ("awaiting_approval", SUPERVISOR),
    ("identity_review", "refuse"): ("refused", SUPERVISOR),
    ("identity_review", "withdraw"): ("withdrawn", OFFICER),
    ("identity_review", "retake_biometrics"): ("paid", SUPERVISOR),
    ("identity_review", "submit_portrait"): ("identity_review", COUNTER),
    ("identity_review", "except_portrait"): ("identity_review", SUPERVISOR),
    ("identity_review", "correct_data"): ("identity_review", OFFICER),
    ("refused", "review_identity"): ("identity_review", SUPERVISOR),
    ("identifying", "reject_biometrics"): ("paid", ITSELF),
    ("identifying", "identify"): ("awaiting_approval", ITSELF),
    ("identifying", "refer_to_examiners"): ("adjudication", ITSELF),
    ("adjudication", "clear"): ("awaiting_approval", EXAMINER),
    ("adjudication", "confirm_duplicate"): ("refused", EXAMINER),
    ("awaiting_approval", "approve"): ("approved", SUPERVISOR),
    ("awaiting_approval", "refuse"): ("refused", SUPERVISOR),
    ("approved", "release"): ("printing", ITSELF),
    ("printing", "repeat_print"): ("printing", ITSELF),
    ("printing", "fail_print"): ("print_failed", ITSELF),
    ("print_failed", "approve"): ("approved", SUPERVISOR),
    ("print_failed", "refuse"): ("refused", SUPERVISOR),
    ("print_failed", "finish_print"): ("ready", ITSELF),
    ("printing", "finish_print"): ("ready", ITSELF),
    ("ready", "hand_over"): ("handed_over", OFFICER),
    ("handed_over", "settle_identification"): ("handed_over", SUPERVISOR),
    ("handed_over", "change_contact"): ("handed_over", COUNTER),
    ("handed_over", "merge_person"): ("handed_over", EXAMINER),
    ("refused", "merge_person"): ("refused", EXAMINER),
    ("withdrawn", "merge_person"): ("withdrawn", EXAMINER),
    ("ready", "fail_finger_check"): ("ready", OFFICER),
    ("ready", "waive_finger_check"): ("ready", SUPERVISOR),
    ("received", "withdraw"): ("withdrawn", OFFICER),
    ("documents_refused", "withdraw"): ("withdrawn", OFFICER),
    ("documents_accepted", "withdraw"): ("withdrawn", OFFICER),
    ("paid", "withdraw"): ("withdrawn", OFFICER),
    ("biometrics_taken", "withdraw"): ("withdrawn", OFFICER),
    ("awaiting_approval", "withdraw"): ("withdrawn", OFFICER),
    ("approved", "withdraw"): ("withdrawn", OFFICER),
    ("paid", "submit_portrait"): ("paid", COUNTER),
    ("biometrics_taken", "submit_portrait"): ("biometrics_taken", COUNTER),
    ("identifying", "submit_portrait"): ("identifying", COUNTER),
    ("adjudication", "submit_portrait"): ("adjudication", COUNTER),
    ("awaiting_approval", "submit_portrait"): ("awaiting_approval", COUNTER),
    ("paid", "except_portrait"): ("paid", SUPERVISOR),
    ("biometrics_taken", "except_portrait"): ("biometrics_taken", SUPERVISOR),
    ("identifying", "except_portrait"): ("identifying", SUPERVISOR),
    ("adjudication", "except_portrait"): ("adjudication", SUPERVISOR),
    ("awaiting_approval", "except_portrait"): ("awaiting_approval", SUPERVISOR),
    ("print_failed", "except_portrait"): ("awaiting_approval", SUPERVISOR),
    ("approved", "require_portrait"): ("awaiting_approval", ITSELF),
    ("print_failed", "submit_portrait"): ("awaiting_approval", COUNTER),
    ("print_failed", "withdraw"): ("withdrawn", OFFICER),
    ("received", "correct_data"): ("received", OFFICER),
    ("documents_refused", "correct_data"): ("documents_refused", OFFICER),
    ("documents_accepted", "correct_data"): ("documents_accepted", OFFICER),
    ("paid", "correct_data"): ("paid", OFFICER),
    ("biometrics_taken", "correct_data"): ("biometrics_taken", OFFICER),
    ("awaiting_approval", "correct_data"): ("awaiting_approval", OFFICER),
    ("approved", "correct_data"): ("awaiting_approval", OFFICER),
    ("print_failed", "correct_data"): ("awaiting_approval", OFFICER),
    ("identifying", "withdraw"): ("withdrawn", OFFICER),
    ("adjudication", "withdraw"): ("withdrawn", SUPERVISOR),
    ("ready", "withdraw"): ("withdrawn", OFFICER),
    ("biometrics_taken", "retake_biometrics"): ("paid", OFFICER),
    ("identifying", "retake_biometrics"): ("paid", SUPERVISOR),
    ("adjudication", "retake_biometrics"): ("paid", ("examiner", "supervisor", *ITSELF)),
    ("awaiting_approval", "retake_biometrics"): ("paid", (*SUPERVISOR, *ITSELF)),
    ("approved", "retake_biometrics"): ("paid", ITSELF),
    ("print_failed", "retake_biometrics"): ("paid", ITSELF),
    ("adjudication", "link_person"): ("awaiting_approval", EXAMINER),
    ("approved", "refuse"): ("refused", SUPERVISOR),
    ("refused", "reopen"): ("awaiting_approval", SUPERVISOR),
    ("refused", "reexamine"): ("adjudication", SUPERVISOR),
    ("refused", "reexamine_holder"): ("handed_over", SUPERVISOR),
    ("awaiting_approval", "hold"): ("awaiting_approval", ITSELF),
    ("approved", "hold"): ("awaiting_approval", ITSELF),
    ("print_failed", "hold"): ("print_failed", ITSELF),
    ("ready", "hold"): ("ready", ITSELF),
    ("awaiting_approval", "clear_hold"): ("awaiting_approval", SUPERVISOR),
    ("print_failed", "clear_hold"): ("print_failed", SUPERVISOR),
    ("ready", "clear_hold"): ("ready", SUPERVISOR),
    ("ready", "refuse"): ("refused", SUPERVISOR),
    ("identifying", "verify"): ("awaiting_approval", ITSELF),
    ("awaiting_approval", "identify"): ("awaiting_approval", ITSELF),
    ("approved", "identify"): ("approved", ITSELF),
    ("printing", "identify"): ("printing", ITSELF),
    ("print_failed", "identify"): ("print_failed", ITSELF),
    ("book_held", "identify"): ("ready", ITSELF),
    ("awaiting_approval", "refer_to_examiners"): ("adjudication", ITSELF),
    ("approved", "refer_to_examiners"): ("adjudication", ITSELF),
    ("printing", "refer_to_examiners"): ("adjudication", ITSELF),
    ("print_failed", "refer_to_examiners"): ("adjudication", ITSELF),
    ("book_held", "refer_to_examiners"): ("adjudication", ITSELF),
    ("awaiting_approval", "reject_biometrics"): ("paid", ITSELF),
    ("approved", "reject_biometrics"): ("paid", ITSELF),
    ("print_failed", "reject_biometrics"): ("paid", ITSELF),
    ("book_held", "reject_biometrics"): ("paid", ITSELF),
    ("printing", "hold_book"): ("book_held", ITSELF),
    ("print_failed", "hold_book"): ("book_held", ITSELF),
    ("adjudication", "hold_book"): ("adjudication", ITSELF),
    ("awaiting_approval", "hold_book"): ("awaiting_approval", ITSELF),
    ("refused", "hold_book"): ("refused", ITSELF),
    ("adjudication", "fail_print"): ("adjudication", ITSELF),
    ("awaiting_approval", "fail_print"): ("awaiting_approval", ITSELF),
    ("refused", "fail_print"): ("refused", ITSELF),
    ("awaiting_approval", "approve_book"): ("ready", SUPERVISOR),
    ("book_held", "withdraw"): ("withdrawn", OFFICER),
    ("refused", "reopen_unidentified"): ("paid", SUPERVISOR),
}
ENDED = ("handed_over", "refused", "withdrawn")
LAW |= {
    (state.value, "change_contact"): (state.value, COUNTER)
    for state in ApplicationState
    if state not in ENDED
}
LAW |= {
    (state.value, "appoint_proxy"): (state.value, OFFICER)
    for state in ApplicationState
    if state not in ENDED
}
LAW |= {(state.value, "undo_merge"): (state.value, EXAMINER) for state in ApplicationState}
LAW |= {
    ("ready", "remind_collection"): ("ready", ITSELF),
    ("ready", "cancel_uncollected"): ("withdrawn", ITSELF),
}
LAW |= {
    ("identifying", "request_emergency_document"): ("awaiting_approval", OFFICER),
    ("awaiting_approval", "request_emergency_document"): ("awaiting_approval", OFFICER),
    ("approved", "request_emergency_document"): ("awaiting_approval", OFFICER),
    ("awaiting_approval", "discard_verification"): ("identifying", ITSELF),
    ("approved", "discard_verification"): ("identifying", ITSELF),
    ("print_failed", "discard_verification"): ("identifying", ITSELF),
    ("awaiting_approval", "cancel_emergency_document"): ("identifying", OFFICER + SUPERVISOR),
    ("approved", "cancel_emergency_document"): ("identifying", OFFICER + SUPERVISOR),
    ("awaiting_approval", "approve_first"): ("awaiting_approval", SUPERVISOR),
    ("ready", "identify"): ("ready", ITSELF),
    ("ready", "refer_to_examiners"): ("adjudication", ITSELF),
    ("ready", "reject_biometrics"): ("paid", ITSELF),
    ("handed_over", "identify"): ("handed_over", ITSELF),
    ("handed_over", "refer_to_examiners"): ("handed_over", ITSELF),
    ("handed_over", "reject_biometrics"): ("handed_over", ITSELF),
    ("handed_over", "clear"): ("handed_over", EXAMINER),
    ("handed_over", "link_person"): ("handed_over", EXAMINER),
    ("handed_over", "confirm_duplicate"): ("refused", EXAMINER),
}


@pytest.mark.parametrize(("state", "event"), LAW)
def test_the_law_allows_it_to_those_whom_it_names(state: str, event: str) -> None:
    target, roles = LAW[state, event]

    for role in Role:
        if role in roles:
            assert (
                find_transition(ApplicationState(state), ApplicationEvent(event), role).target
                == target
            )
        else:
            with pytest.raises(NotPermitted):
                find_transition(ApplicationState(state), ApplicationEvent(event), role)


@pytest.mark.parametrize(
    ("state", "event"),
    [pair for pair in product(ApplicationState, ApplicationEvent) if pair not in LAW],
)
def test_what_the_law_does_not_name_is_illegal(
    state: ApplicationState, event: ApplicationEvent
) -> None:
    for role in Role:
        with pytest.raises(IllegalTransition) as refusal:
            find_transition(state, event, role)
        assert refusal.value.metadata == {"state": state, "event": event}
