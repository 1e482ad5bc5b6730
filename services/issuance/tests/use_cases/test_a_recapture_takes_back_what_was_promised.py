"""Fingerprints that must be taken again take the case out of the queue, and its delay with it."""

from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.use_cases.ports import UnusableFingers

from .workflow import Workflow

UNUSABLE = UnusableFingers("POOR_QUALITY")


async def _delayed(workflow: Workflow) -> str:
    """Somebody who was promised 31 October, and notified on that day that it cannot be kept."""
    id = await workflow.applies()
    await _matcher_fails_and_the_day_comes(workflow, "2018-10-31 08:00")
    assert await workflow.notices(id) == [("promised_date", "2018-10-31"), ("delayed", "")]
    return id


async def _matcher_fails_and_the_day_comes(workflow: Workflow, day: str) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock(day)
    await workflow.plans()
    await workflow.ends(outage)


async def test_the_case_is_not_complete_any_more(workflow: Workflow) -> None:
    id = await _delayed(workflow)
    assert await _fingers(workflow, id) == b"fingers"

    await workflow.matcher_answers(UNUSABLE)

    case = await workflow.case(id)
    assert case.state is ApplicationState.PAID
    assert (case.completed_at, case.queue_number, case.applied_on, case.due_on) == (None,) * 4
    assert not case.delayed
    assert await _fingers(workflow, id) == b""
    assert await workflow.notices(id) == [
        ("promised_date", "2018-10-31"),
        ("delayed", ""),
        ("recapture", ""),
    ]


async def test_the_new_promise_is_not_delayed(workflow: Workflow) -> None:
    id = await _delayed(workflow)
    await workflow.matcher_answers(UNUSABLE)

    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)

    assert (await workflow.case(id)).date_change_reason is None
    details = await workflow.details(id)
    assert details.expected_until is not None
    assert details.expected_until.isoformat() == "2018-11-05T14:00:00+08:00"


async def test_a_delay_of_the_new_promise_is_notified_too(workflow: Workflow) -> None:
    id = await _delayed(workflow)
    await workflow.matcher_answers(UNUSABLE)
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)

    await _matcher_fails_and_the_day_comes(workflow, "2018-11-05 08:00")

    assert await workflow.notices(id) == [
        ("promised_date", "2018-10-31"),
        ("delayed", ""),
        ("recapture", ""),
        ("promised_date", "2018-11-05"),
        ("delayed", ""),
    ]


async def _fingers(workflow: Workflow, id: str) -> bytes:
    async with workflow.store.read() as records:
        return await records.fingers.of(id)
