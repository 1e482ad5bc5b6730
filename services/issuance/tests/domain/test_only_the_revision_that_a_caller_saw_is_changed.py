from datetime import UTC, date, datetime

import pytest
from issuance.domain import case_printing
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.events import ApplicationEvent
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import find_transition
from servicekit.errors import StaleRevision

NOW = datetime(2018, 10, 26, 1, tzinfo=UTC)
LATER = datetime(2018, 10, 26, 2, tzinfo=UTC)
CASE = Case(
    id="case-1",
    office="BJM",
    type=ApplicationType.NEW,
    priority_class=PriorityClass.NORMAL,
    holder=b"",
    person_id="person-1",
    created_at=NOW,
    state_since=NOW,
    state=ApplicationState.APPROVED,
    revision=4,
)


def test_a_caller_may_act_on_the_revision_they_saw() -> None:
    assert CASE.require_revision(4) is CASE


def test_a_caller_may_not_care_which_revision_it_is() -> None:
    assert CASE.require_revision(0) is CASE


@pytest.mark.parametrize("revision", [1, 3, 5])
def test_a_caller_who_saw_another_revision_is_refused(revision: int) -> None:
    with pytest.raises(StaleRevision) as refusal:
        CASE.require_revision(revision)

    assert refusal.value.metadata == {"revision": "4"}


def test_a_transition_makes_the_next_revision_in_its_target_state() -> None:
    released = find_transition(
        ApplicationState.APPROVED, ApplicationEvent.RELEASE, "service:issuance"
    )

    moved = case_printing.released(CASE, date(2018, 10, 26), date(2028, 10, 26)).after(
        released, LATER
    )

    assert (moved.state, moved.revision, moved.state_since) == (ApplicationState.PRINTING, 5, LATER)
    assert moved.released_on == date(2018, 10, 26)


def test_a_print_job_makes_the_next_revision_too() -> None:
    printing = case_printing.with_print_job(CASE, "job-1")

    assert (printing.print_job, printing.revision, printing.state) == (
        "job-1",
        5,
        ApplicationState.APPROVED,
    )
