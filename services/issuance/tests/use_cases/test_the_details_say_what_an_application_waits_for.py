"""An application shows which outage it waits for and until when, but no time in the past."""

import pytest
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.use_cases.ports import UnusableFingers

from .workflow import Workflow


async def _until(workflow: Workflow, id: str) -> str:
    """Local time in Banjarmasin until which the case is expected to wait; empty: not known."""
    expected = (await workflow.details(id)).expected_until
    return f"{expected:%Y-%m-%d %H:%M}" if expected else ""


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2018-10-26 09:00", "2018-10-31 14:00"),
        ("2018-10-31 13:59", "2018-10-31 14:00"),
        ("2018-10-31 14:00", ""),
    ],
)
async def test_without_an_outage_the_promised_day_is_expected(
    workflow: Workflow, now: str, until: str
) -> None:
    id = await workflow.applies()

    workflow.clock(now)

    assert await _until(workflow, id) == until
    assert (await workflow.details(id)).outage == ""


async def test_during_an_outage_its_expected_end_is_expected(workflow: Workflow) -> None:
    id = await workflow.applies()

    outage = await workflow.declares(OutageScope.MATCHER, expected_end="2018-10-26 12:00:00")

    assert (await workflow.details(id)).outage == outage
    assert (await workflow.details(id)).expected_until == workflow.now_is.replace(hour=12)
    workflow.clock("2018-10-26 12:00")
    assert await _until(workflow, id) == ""


async def test_during_an_outage_of_unknown_end_nothing_is_expected(workflow: Workflow) -> None:
    id = await workflow.applies()

    await workflow.declares(OutageScope.MATCHER)

    assert await _until(workflow, id) == ""


async def test_after_an_outage_the_promised_day_is_expected_again(workflow: Workflow) -> None:
    id = await workflow.applies()
    outage = await workflow.declares(OutageScope.MATCHER)

    await workflow.ends(outage)

    assert (await workflow.details(id)).outage == ""
    assert await _until(workflow, id) == "2018-10-31 14:00"


async def test_nothing_is_expected_of_a_delayed_case(workflow: Workflow) -> None:
    id = await workflow.applies()
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-31 08:00")
    await workflow.plans()

    await workflow.ends(outage)

    assert (await workflow.case(id)).delayed
    assert await _until(workflow, id) == ""


@pytest.mark.parametrize("complete", [False, True])
async def test_who_does_not_queue_waits_for_no_outage(workflow: Workflow, complete: bool) -> None:
    id = await (workflow.applies() if complete else workflow.brings_documents())
    await workflow.declares(OutageScope.MATCHER)

    await workflow.matcher_answers(UnusableFingers("POOR_QUALITY"))  # asked before the outage

    details = await workflow.details(id)
    assert details.case.state in (ApplicationState.PAID, ApplicationState.BIOMETRICS_TAKEN)
    assert details.outage == ""
    assert details.expected_until is not None


async def test_a_passport_that_is_ready_is_usually_collected_within_twenty_days(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()

    await workflow.job_is_done(id)

    assert await _until(workflow, id) == "2018-11-26 01:00"
