import pytest
from issuance.domain.notice_delivery import is_outdated
from issuance.domain.transitions import TRANSITIONS, Transition


@pytest.mark.parametrize(
    "row", [row for row in TRANSITIONS if row.notice], ids=lambda row: f"{row.source}-{row.event}"
)
def test_the_notice_of_a_transition_is_sent_in_the_state_that_it_leads_to(row: Transition) -> None:
    assert row.notice
    assert not is_outdated(row.notice, row.target)
