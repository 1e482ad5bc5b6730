import pytest
from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.events import ApplicationEvent
from issuance.domain.notices import NoticeKind
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.roles import Role
from issuance.domain.states import (
    AWAITING_PRINT,
    FINAL_STATES,
    INITIAL_STATE,
    NOT_READY,
    ApplicationState,
)
from issuance.domain.transitions import TRANSITIONS, IllegalTransition, find_transition
from issuance.domain.waiting_on import WAITING_ON
from servicekit.errors import NotPermitted

LEGAL_ORDER = [
    (ApplicationEvent.ACCEPT_DOCUMENTS, Role.OFFICER),
    (ApplicationEvent.RECORD_PAYMENT, Role.FRONTDESK),
    (ApplicationEvent.SUBMIT_BIOMETRICS, Role.OFFICER),
    (ApplicationEvent.RECORD_INTERVIEW, Role.OFFICER),
    (ApplicationEvent.IDENTIFY, Role.ISSUANCE),
    (ApplicationEvent.APPROVE, Role.SUPERVISOR),
    (ApplicationEvent.RELEASE, Role.ISSUANCE),
    (ApplicationEvent.FINISH_PRINT, Role.ISSUANCE),
    (ApplicationEvent.HAND_OVER, Role.OFFICER),
]


def reachable(state: ApplicationState) -> set[ApplicationState]:
    found, edge = {state}, [state]
    while edge:
        source = edge.pop()
        new = {row.target for row in TRANSITIONS if row.source == source} - found
        found |= new
        edge += new
    return found


def walk(
    events: list[tuple[ApplicationEvent, Role]], state: ApplicationState = INITIAL_STATE
) -> ApplicationState:
    for event, role in events:
        state = find_transition(state, event, role).target
    return state


def test_an_honest_application_reaches_the_hand_over() -> None:
    assert walk(LEGAL_ORDER) is ApplicationState.HANDED_OVER


@pytest.mark.parametrize("missing", range(len(LEGAL_ORDER) - 1))
def test_no_step_can_be_left_out(missing: int) -> None:
    with pytest.raises(IllegalTransition):
        walk(LEGAL_ORDER[:missing] + LEGAL_ORDER[missing + 1 :])


def test_every_state_can_be_reached() -> None:
    assert reachable(INITIAL_STATE) == set(ApplicationState)


@pytest.mark.parametrize("state", ApplicationState)
def test_every_state_has_a_way_to_an_end(state: ApplicationState) -> None:
    assert reachable(state) & FINAL_STATES


@pytest.mark.parametrize("state", ApplicationState)
def test_only_an_end_has_no_way_on_but_by_what_is_found_later_and_nobody_waits_there(
    state: ApplicationState,
) -> None:
    found_later = {
        ApplicationEvent.CONFIRM_DUPLICATE,  # of an emergency document
        ApplicationEvent.REOPEN,
        ApplicationEvent.REVIEW_IDENTITY,
        ApplicationEvent.REOPEN_UNIDENTIFIED,
        ApplicationEvent.REEXAMINE,
        ApplicationEvent.REEXAMINE_HOLDER,
    }
    ways_on = [row for row in TRANSITIONS if row.source == state != row.target]
    is_end = not any(row.event not in found_later for row in ways_on)

    assert is_end == (state in FINAL_STATES) == (state not in WAITING_ON)


AT_THE_PRINTER = ApplicationState.PRINTING
"""The printing office ends this state: it cancels the job, and the application is PRINT_FAILED."""
BEFORE_HAND_OVER = sorted(set(ApplicationState) - FINAL_STATES - {AT_THE_PRINTER})


@pytest.mark.parametrize("state", BEFORE_HAND_OVER)
def test_an_applicant_can_withdraw_at_any_time_before_the_hand_over(
    state: ApplicationState,
) -> None:
    assert any(
        row.source == state and row.event is ApplicationEvent.WITHDRAW for row in TRANSITIONS
    )


@pytest.mark.parametrize("state", BEFORE_HAND_OVER)
def test_every_state_has_an_exit_for_a_person(state: ApplicationState) -> None:
    exits = [row for row in TRANSITIONS if row.source == state != row.target]

    assert any(row.by - {Role.ISSUANCE} for row in exits)


def test_an_event_has_one_outcome() -> None:
    causes = [(row.source, row.event) for row in TRANSITIONS]

    assert len(causes) == len(set(causes))


@given(st.lists(st.tuples(st.sampled_from(ApplicationEvent), st.sampled_from(Role)), max_size=60))
def test_no_sequence_of_events_prints_without_identification_and_approval(
    attempts: list[tuple[ApplicationEvent, Role]],
) -> None:
    state, done = INITIAL_STATE, []
    for event, role in attempts:
        try:
            row = find_transition(state, event, role)
        except (IllegalTransition, NotPermitted):
            continue
        state = row.target
        done.append(event)

    if ApplicationEvent.RELEASE in done:
        before = done[: done.index(ApplicationEvent.RELEASE)]
        cleared = {
            ApplicationEvent.IDENTIFY,
            ApplicationEvent.VERIFY,
            ApplicationEvent.CLEAR,
            ApplicationEvent.LINK_PERSON,
        }
        assert cleared & set(before)
        assert {ApplicationEvent.RECORD_PAYMENT, ApplicationEvent.APPROVE} <= set(before)


def test_refused_documents_can_be_accepted_later() -> None:
    row = find_transition(
        ApplicationState.DOCUMENTS_REFUSED, ApplicationEvent.ACCEPT_DOCUMENTS, Role.OFFICER
    )

    assert row.target is ApplicationState.DOCUMENTS_ACCEPTED


def test_unusable_fingers_are_taken_again_and_the_applicant_is_notified() -> None:
    row = find_transition(
        ApplicationState.IDENTIFYING, ApplicationEvent.REJECT_BIOMETRICS, Role.ISSUANCE
    )

    assert (row.target, row.notice) == (ApplicationState.PAID, NoticeKind.RECAPTURE)


def test_what_was_approved_is_approved_again_after_a_correction() -> None:
    for state in (ApplicationState.APPROVED, ApplicationState.PRINT_FAILED):
        row = find_transition(state, ApplicationEvent.CORRECT_DATA, Role.OFFICER)
        assert row.target is ApplicationState.AWAITING_APPROVAL


def test_the_counter_does_not_withdraw_a_suspect_alone() -> None:
    with pytest.raises(NotPermitted):
        find_transition(ApplicationState.ADJUDICATION, ApplicationEvent.WITHDRAW, Role.OFFICER)


def test_who_enters_the_queue_is_promised_a_day() -> None:
    # Whose emergency document was ready was promised one; the plan tells them of the delay.
    told = NOT_READY | {ApplicationState.READY}
    entering = [
        row for row in TRANSITIONS if row.target in AWAITING_PRINT and row.source not in told
    ]

    assert {row.notice for row in entering} == {NoticeKind.PROMISED_DATE}


@pytest.mark.parametrize(
    ("target", "work"),
    [
        (ApplicationState.IDENTIFYING, OutboxTaskKind.IDENTIFY),
        (ApplicationState.PRINTING, OutboxTaskKind.PRINT),
    ],
)
def test_a_state_that_waits_for_another_service_is_entered_owing_its_work(
    target: ApplicationState, work: OutboxTaskKind
) -> None:
    # Who asked for an emergency document, or was verified, is left in the outbox meanwhile.
    owes_already = (
        ApplicationEvent.CANCEL_EMERGENCY_DOCUMENT,
        ApplicationEvent.DISCARD_VERIFICATION,
    )
    entering = [
        row
        for row in TRANSITIONS
        if row.target == target != row.source and row.event not in owes_already
    ]

    assert {row.outbox_task for row in entering} == {work}


def test_whoever_is_refused_is_notified() -> None:
    refusals = [row for row in TRANSITIONS if row.source != row.target is ApplicationState.REFUSED]

    assert {row.notice for row in refusals} == {NoticeKind.REFUSED}


def test_a_book_that_is_held_is_not_handed_over() -> None:
    with pytest.raises(IllegalTransition):
        find_transition(ApplicationState.BOOK_HELD, ApplicationEvent.HAND_OVER, Role.OFFICER)
