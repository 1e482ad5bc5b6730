from datetime import UTC, datetime

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.notice_delivery import is_outdated
from issuance.domain.notices import NoticeKind
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import TRANSITIONS, Transition

SINCE = datetime(2018, 10, 26, 1, tzinfo=UTC)


def _case(state: ApplicationState, *, identification_due: bool = False) -> Case:
    return Case(
        id="a",
        office="BJM",
        type=ApplicationType.NEW,
        priority_class=PriorityClass.NORMAL,
        holder=b"",
        person_id="ani",
        created_at=SINCE,
        state_since=SINCE,
        state=state,
        identification_due=identification_due,
    )


@pytest.mark.parametrize(
    "row", [row for row in TRANSITIONS if row.notice], ids=lambda row: f"{row.source}-{row.event}"
)
def test_the_notice_of_a_transition_is_sent_in_the_state_that_it_leads_to(row: Transition) -> None:
    assert row.notice
    due = row.notice is NoticeKind.IDENTIFICATION_DUE
    assert not is_outdated(row.notice, _case(row.target, identification_due=due))


def test_nobody_is_asked_to_come_about_an_identification_that_is_done() -> None:
    assert is_outdated(NoticeKind.IDENTIFICATION_DUE, _case(ApplicationState.HANDED_OVER))


def test_nobody_is_asked_for_fingerprints_after_the_hand_over() -> None:
    case = _case(ApplicationState.HANDED_OVER, identification_due=True)

    assert is_outdated(NoticeKind.RECAPTURE, case)
