"""Whatever is out for a minute changes no day and no clock, and nobody is notified of it."""

import pytest
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState

from .workflow import Workflow

PROMISED = [("promised_date", "2018-10-31")]


@pytest.mark.parametrize(
    ("scope", "office"),
    [
        (OutageScope.MATCHER, ""),
        (OutageScope.PRINTING, "BJM"),
        (OutageScope.OFFICE, "BJM"),
        (OutageScope.TRAVEL_BAN_LIST, ""),
    ],
)
async def test_each_goes_on_as_promised(
    workflow: Workflow, scope: OutageScope, office: str
) -> None:
    approved = await workflow.is_known(await workflow.applies())
    await workflow.approves(approved)
    waiting = await workflow.applies()
    workflow.clock("2018-10-30 10:00")

    outage = await workflow.declares(scope, office)
    await workflow.plans()
    workflow.clock("2018-10-30 10:01")
    await workflow.ends(outage)
    await workflow.plans()
    await workflow.is_known(waiting)
    await workflow.approves(waiting)
    await workflow.plans()

    for id in (approved, waiting):
        assert await workflow.notices(id) == PROMISED
        case = await workflow.case(id)
        assert case.state is ApplicationState.PRINTING
        assert str(case.promised_collection_date) == "2018-10-31"
        assert str(case.due_on) == "2018-10-31"
