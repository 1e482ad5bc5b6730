"""The law's four working days run from the first interview, whatever outage there is; our promise
of three from the complete application is kept beside them."""

from datetime import date

import pytest
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState

from .people import identity
from .workflow import Workflow


async def _past_limit(workflow: Workflow) -> tuple[int, int]:
    """How many are past the promised day, and past the limit of the law."""
    status = await workflow.status()
    return status.past_promised_day.get("BJM", 0), status.past_legal_limit.get("BJM", 0)


async def test_both_clocks_are_told(workflow: Workflow) -> None:
    id = await workflow.applies()

    case = await workflow.case(id)

    assert case.due_on == date(2018, 10, 31)
    assert case.legal_due_on == date(2018, 11, 1)


async def test_a_second_interview_does_not_begin_the_laws_clock_again(workflow: Workflow) -> None:
    id = await workflow.applies()
    workflow.clock("2018-10-30 09:00")

    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    case = await workflow.case(id)

    assert case.due_on == date(2018, 11, 2)
    assert case.legal_due_on == date(2018, 11, 1)


@pytest.mark.parametrize("outage", [False, True])
async def test_who_waits_longer_is_counted_in_an_outage_too(
    workflow: Workflow, outage: bool
) -> None:
    await workflow.applies()
    if outage:
        await workflow.declares(OutageScope.MATCHER)
    counted = []

    for at in ("2018-10-31 12:00", "2018-11-01 12:00", "2018-11-02 12:00"):
        workflow.clock(at)
        counted.append(await _past_limit(workflow))

    assert counted == [(0, 0), (1, 0), (1, 1)]


async def test_who_has_a_book_is_not_counted(workflow: Workflow) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.approves(id)
    workflow.clock("2018-10-31 09:00")
    await workflow.plans()
    await workflow.job_is_done(id)

    workflow.clock("2018-11-05 12:00")

    assert await workflow.state(id) is ApplicationState.READY
    assert await _past_limit(workflow) == (0, 0)
