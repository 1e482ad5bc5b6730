import pytest
from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.notices import NoticeKind
from issuance.domain.states import (
    FINAL,
    FIRST,
    QUEUED,
    TABLE,
    Event,
    IllegalTransition,
    Role,
    State,
    Work,
    transition,
)
from issuance.domain.turns import WAITS
from servicekit.errors import NotPermitted

LEGAL_ORDER = [
    (Event.ACCEPT_DOCUMENTS, Role.OFFICER),
    (Event.RECORD_PAYMENT, Role.FRONTDESK),
    (Event.SUBMIT_BIOMETRICS, Role.OFFICER),
    (Event.RECORD_INTERVIEW, Role.OFFICER),
    (Event.IDENTIFY, Role.ISSUANCE),
    (Event.APPROVE, Role.SUPERVISOR),
    (Event.RELEASE, Role.ISSUANCE),
    (Event.FINISH, Role.ISSUANCE),
    (Event.HAND_OVER, Role.OFFICER),
]


def reachable(state: State) -> set[State]:
    found, edge = {state}, [state]
    while edge:
        source = edge.pop()
        new = {row.target for row in TABLE if row.source == source} - found
        found |= new
        edge += new
    return found


def walk(events: list[tuple[Event, Role]], state: State = FIRST) -> State:
    for event, role in events:
        state = transition(state, event, role).target
    return state


def test_an_honest_application_reaches_the_hand_over() -> None:
    assert walk(LEGAL_ORDER) is State.HANDED_OVER


@pytest.mark.parametrize("missing", range(len(LEGAL_ORDER) - 1))
def test_no_step_can_be_left_out(missing: int) -> None:
    with pytest.raises(IllegalTransition):
        walk(LEGAL_ORDER[:missing] + LEGAL_ORDER[missing + 1 :])


def test_every_state_can_be_reached() -> None:
    assert reachable(FIRST) == set(State)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_way_to_an_end(state: State) -> None:
    assert reachable(state) & FINAL


@pytest.mark.parametrize("state", State)
def test_only_an_end_has_no_way_on_and_nobody_waits_there(state: State) -> None:
    is_end = not any(row.source == state for row in TABLE)

    assert is_end == (state in FINAL) == (state not in WAITS)


def test_an_event_has_one_outcome() -> None:
    causes = [(row.source, row.event) for row in TABLE]

    assert len(causes) == len(set(causes))


@given(st.lists(st.tuples(st.sampled_from(Event), st.sampled_from(Role)), max_size=60))
def test_no_sequence_of_events_prints_without_identification_and_approval(
    attempts: list[tuple[Event, Role]],
) -> None:
    state, done = FIRST, []
    for event, role in attempts:
        try:
            row = transition(state, event, role)
        except (IllegalTransition, NotPermitted):
            continue
        state = row.target
        done.append(event)

    if Event.RELEASE in done:
        before = done[: done.index(Event.RELEASE)]
        assert {Event.IDENTIFY, Event.CLEAR} & set(before)
        assert {Event.RECORD_PAYMENT, Event.APPROVE} <= set(before)


def test_refused_documents_can_be_accepted_later() -> None:
    row = transition(State.DOCUMENTS_REFUSED, Event.ACCEPT_DOCUMENTS, Role.OFFICER)

    assert row.target is State.DOCUMENTS_ACCEPTED


def test_unusable_fingers_are_taken_again_and_the_applicant_is_told() -> None:
    row = transition(State.IDENTIFYING, Event.REJECT_BIOMETRICS, Role.ISSUANCE)

    assert (row.target, row.tells) == (State.PAID, NoticeKind.RECAPTURE)


def test_a_print_that_failed_for_good_waits_for_its_turn_again() -> None:
    assert transition(State.PRINTING, Event.FAIL_PRINT, Role.ISSUANCE).target is State.APPROVED


@pytest.mark.parametrize("state", [State.IDENTIFYING, State.ADJUDICATION])
def test_nobody_withdraws_from_a_question_of_identity(state: State) -> None:
    with pytest.raises(IllegalTransition):
        transition(state, Event.WITHDRAW, Role.OFFICER)


def test_who_enters_the_queue_is_promised_a_day() -> None:
    entering = [row for row in TABLE if row.target in QUEUED and row.source not in QUEUED]

    assert {row.tells for row in entering if row.event is not Event.FAIL_PRINT} == {
        NoticeKind.PROMISED_DATE
    }


@pytest.mark.parametrize(
    ("target", "work"), [(State.IDENTIFYING, Work.IDENTIFY), (State.PRINTING, Work.PRINT)]
)
def test_a_state_that_waits_for_another_service_is_entered_owing_its_work(
    target: State, work: Work
) -> None:
    assert {row.owes for row in TABLE if row.target == target} == {work}


def test_whoever_is_refused_is_told() -> None:
    assert {row.tells for row in TABLE if row.target is State.REFUSED} == {NoticeKind.REFUSED}
