"""InstalledMachines catch up on two hours of an outage that is over; a longer one costs the day."""

from datetime import date

import pytest
from issuance.domain.outage import OutageScope

from .workflow import Workflow

FRIDAY, MONDAY, TUESDAY = date(2018, 10, 26), date(2018, 10, 29), date(2018, 10, 30)


@pytest.mark.parametrize(
    ("began", "ended", "printing_from"),
    [
        ("2018-10-26 09:00", "2018-10-26 11:00", FRIDAY),
        ("2018-10-26 09:00", "2018-10-26 11:01", MONDAY),
        ("2018-10-26 09:00", "2018-10-26 15:00", MONDAY),
        ("2018-10-26 15:00", "2018-10-29 09:00", MONDAY),  # two office hours, a weekend between
        ("2018-10-26 15:00", "2018-10-29 09:01", TUESDAY),
    ],
)
async def test_two_office_hours_are_caught_up(
    workflow: Workflow, began: str, ended: str, printing_from: date
) -> None:
    workflow.clock(began)
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")

    workflow.clock(ended)
    await workflow.ends(outage)

    assert (await workflow.office_plan()).printing_from() == printing_from


async def test_an_outage_that_lasts_changes_the_plan_once_it_is_too_long_to_catch_up(
    workflow: Workflow,
) -> None:
    await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 11:00")
    assert (await workflow.office_plan()).printing_from() == FRIDAY

    workflow.clock("2018-10-26 11:01")

    assert (await workflow.office_plan()).printing_from() is None
    assert (await workflow.office_plan("JKT")).printing_from() == FRIDAY
