"""Decisions are listed by time and outcome, to whom they concern."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from passport.matcher.v1 import encounters_pb2
from passport.matcher.v1 import identification_pb2 as pb

from .caller import Caller, refusal
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given

SITI = "spiffe://id/office/BJM/user/siti/role/officer"
ISSUANCE = "spiffe://id/office/national/service/issuance"


@pytest.fixture
def matcher(matchers: Matchers) -> Matcher:
    made = matchers()
    made.start()
    return made


def _ids(response: pb.ListDecisionsResponse) -> list[str]:
    return [decision.decision_id for decision in response.decisions]


async def test_pages_hold_each_once_latest_first(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    caller = callers(matcher)
    made = [(await caller.identify(given(fingers(someone)))).decision_id for _ in range(5)]

    first = await caller.decisions(page_size=2)
    second = await caller.decisions(page_size=2, page_token=first.next_page_token)
    third = await caller.decisions(page_size=2, page_token=second.next_page_token)

    assert [_ids(each) for each in (first, second, third)] == [
        [made[4], made[3]], [made[2], made[1]], [made[0]],
    ]  # fmt: skip
    assert not third.next_page_token
    assert _ids(await caller.decisions()) == made[::-1]
    assert first.decisions[0] == await caller.decision(made[4])


async def test_a_period_and_an_outcome_limit_the_list(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    caller = callers(matcher)
    nobody = await caller.identify(given(fingers(someone)))
    await caller.enrol("someone", fingers(someone))
    found = await caller.identify(given(fingers(someone, impression=1)))
    between = found.decided_at

    assert _ids(await caller.decisions(decided_before=between)) == [nobody.decision_id]
    assert _ids(await caller.decisions(decided_from=between)) == [found.decision_id]
    assert _ids(await caller.decisions(outcome=pb.OUTCOME_HIT)) == [found.decision_id]
    assert _ids(await caller.decisions(outcome=pb.OUTCOME_UNDECIDED)) == []


async def test_a_false_token_or_time_is_refused(issuance: Caller) -> None:
    wrong_token = await refusal(issuance.decisions(page_token="MTIzNDU2Nzg5"))
    wrong_time = await refusal(issuance.decisions(decided_from=Timestamp(seconds=10**15)))

    assert (wrong_token.reason, wrong_token.fields) == ("BAD_PAGE_TOKEN", ["page_token"])
    assert (wrong_time.code, wrong_time.fields) == ("INVALID_ARGUMENT", ["decided_from"])


async def test_an_office_sees_its_own_decisions_only(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    issuance = callers(matcher)
    office, other = (callers(matcher, tls=matcher.identity(office=name)) for name in ("BJM", "MTP"))
    own = await office.identify(given(fingers(someone)))
    for_siti = await issuance.identify(given(fingers(someone)), on_behalf_of=SITI)
    national = await issuance.identify(given(fingers(someone)))
    await issuance.enrol("e", fingers(someone))
    checked = await issuance.enrol("f", fingers(someone, impression=1), check=True, office_id="BJM")

    of_office = [checked.decision.decision_id, for_siti.decision_id, own.decision_id]
    assert _ids(await office.decisions()) == of_office
    assert _ids(await other.decisions()) == []
    assert len(_ids(await issuance.decisions())) == 4
    assert (for_siti.caller, for_siti.on_behalf_of, for_siti.office_id) == (ISSUANCE, SITI, "BJM")
    assert (national.on_behalf_of, national.office_id) == ("", "national")
    assert (await office.decision(own.decision_id)) == own
    for hidden in (other.decision(own.decision_id), office.decision(national.decision_id)):
        refused = await refusal(hidden)
        assert (refused.code, refused.reason) == ("NOT_FOUND", "DECISION_NOT_FOUND")
    drawing = await refusal(other.draw(checked.decision.decision_id, "person-of-e"))
    assert drawing.reason == "DECISION_NOT_FOUND"
    assert (await office.draw(checked.decision.decision_id, "person-of-e")).png
    assert checked.encounter.status == encounters_pb2.ENCOUNTER_STATUS_PENDING
