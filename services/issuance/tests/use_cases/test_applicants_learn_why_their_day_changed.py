"""A changed day is notified once it is settled, with what moved it."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.events import ApplicationEvent
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState

from .people import identity
from .workflow import Workflow

OUTAGE = "a system outage"
QUEUE = "a change in the printing queue"


async def _reason(workflow: Workflow, id: str) -> str:
    case = await workflow.case(id)
    return case.date_change_reason.en if case.date_change_reason else ""


async def _moved_by_an_outage(workflow: Workflow) -> str:
    """Somebody who was promised 31 October, and 2 November after a long outage."""
    id = await workflow.applies()
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-11-01 17:00")
    await workflow.ends(outage)
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    return id


async def test_an_outage_is_named(workflow: Workflow) -> None:
    id = await _moved_by_an_outage(workflow)

    assert await workflow.notices(id) == [
        ("promised_date", "2018-10-31"),
        ("date_changed", "2018-11-02"),
    ]
    assert await _reason(workflow, id) == OUTAGE


@pytest.mark.parametrize(
    ("ended", "reason"), [("2018-10-26 09:00", QUEUE), ("2018-10-26 09:01", OUTAGE)]
)
async def test_an_outage_that_was_over_before_anybody_waited_is_not_named(
    one_book_a_day: Workflow, ended: str, reason: str
) -> None:
    one_book_a_day.clock("2018-10-25 08:00")
    outage = await one_book_a_day.declares(OutageScope.PRINTING, "BJM")
    one_book_a_day.clock("2018-10-26 09:00")
    ids = [await one_book_a_day.applies() for _ in range(4)]
    one_book_a_day.clock(ended)
    await one_book_a_day.ends(outage)
    await one_book_a_day.is_identified()
    for _ in range(2):
        await _an_emergency_comes(one_book_a_day)

    await one_book_a_day.plans()

    assert (await one_book_a_day.notices(ids[-1]))[1:] == [("date_changed", "2018-11-05")]
    assert await _reason(one_book_a_day, ids[-1]) == reason


@pytest.mark.parametrize("lasts", [False, True])
async def test_an_outage_that_was_too_short_to_change_a_day_is_not_named(
    one_book_a_day: Workflow, lasts: bool
) -> None:
    last = [await one_book_a_day.applies() for _ in range(4)][-1]
    await one_book_a_day.is_identified()
    outage = await one_book_a_day.declares(OutageScope.PRINTING, "BJM")
    one_book_a_day.clock("2018-10-26 09:01")
    if not lasts:
        await one_book_a_day.ends(outage)
    for _ in range(2):
        await _an_emergency_comes(one_book_a_day)

    await one_book_a_day.plans()

    assert (await one_book_a_day.notices(last))[1:] == [("date_changed", "2018-11-05")]
    assert await _reason(one_book_a_day, last) == QUEUE


async def test_an_outage_that_stops_nobodys_book_is_not_named(one_book_a_day: Workflow) -> None:
    last = [await one_book_a_day.applies() for _ in range(4)][-1]
    await one_book_a_day.is_identified()
    await one_book_a_day.declares(OutageScope.MATCHER, expected_end="2018-10-26 15:00")
    one_book_a_day.clock("2018-10-26 09:01")
    for _ in range(2):
        await one_book_a_day.applies(priority_class=PriorityClass.EMERGENCY)
        await one_book_a_day.is_identified()

    await one_book_a_day.plans()

    assert (await one_book_a_day.notices(last))[1:] == [("date_changed", "2018-11-05")]
    assert await _reason(one_book_a_day, last) == QUEUE


async def test_a_change_behind_an_undecided_case_is_notified_when_the_next_day_opens(
    one_book_a_day: Workflow,
) -> None:
    await one_book_a_day.applies()
    await one_book_a_day.is_identified(Candidate("somebody-else", 6.5))  # undecided from now on
    last = [await one_book_a_day.applies() for _ in range(4)][-1]
    await one_book_a_day.is_identified()

    await _an_emergency_comes(one_book_a_day)
    await one_book_a_day.plans()
    assert await one_book_a_day.notices(last) == [("promised_date", "2018-11-02")]

    one_book_a_day.clock("2018-10-29 08:00")
    await one_book_a_day.plans()
    opened = await one_book_a_day.notices(last)
    assert opened[1:] == [("date_changed", "2018-11-06")]

    one_book_a_day.clock("2018-10-29 08:30")
    await _an_emergency_comes(one_book_a_day)
    await one_book_a_day.plans()
    assert await one_book_a_day.notices(last) == opened


async def test_a_refusal_without_a_reason_cannot_be_notified(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()

    with pytest.raises(ValueError, match="refused"):
        await _refused_without_a_reason(workflow, id)

    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def _refused_without_a_reason(workflow: Workflow, id: str) -> None:
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        agus = identity("agus", "supervisor")
        await workflow.apply_transition(
            records, case, ApplicationEvent.REFUSE, agus, workflow.now_is
        )


async def _an_emergency_comes(workflow: Workflow) -> None:
    await workflow.applies(priority_class=PriorityClass.EMERGENCY)
    await workflow.is_identified()
