"""A plan is made from the outages that can change it, however many short ones there were."""

from issuance.domain.outage import OutageScope

from .local_time import banjarmasin
from .workflow import Workflow

MATCHER, PRINTING = OutageScope.MATCHER, OutageScope.PRINTING


async def _began(workflow: Workflow) -> list[str]:
    zone = banjarmasin("2018-10-26 09:00").tzinfo
    async with workflow.store.read() as records:
        outages = await records.outages.affecting("BJM")
    return sorted(f"{outage.began.astimezone(zone):%d %H:%M}" for outage in outages)


async def test_those_that_last_and_long_ones_are_read(workflow: Workflow) -> None:
    await workflow.declares(MATCHER, began="2018-10-22 08:00", ended="2018-10-22 10:00")
    await workflow.declares(PRINTING, "BJM", began="2018-10-23 08:00", ended="2018-10-23 10:01")
    workflow.clock("2018-10-26 12:00")
    await workflow.declares(MATCHER, began="2018-10-26 10:00", ended="2018-10-26 11:00")
    await workflow.declares(PRINTING, "BJM")
    await workflow.declares(PRINTING, "JKT")

    assert await _began(workflow) == ["23 08:00", "26 12:00"]


async def test_a_short_one_is_not_read_when_it_is_over(workflow: Workflow) -> None:
    outage = await workflow.declares(MATCHER)
    workflow.clock("2018-10-26 10:00")
    assert await _began(workflow) == ["26 09:00"]

    await workflow.ends(outage)

    assert await _began(workflow) == []


async def test_one_that_is_corrected_to_be_long_is_read(workflow: Workflow) -> None:
    short = await workflow.declares(MATCHER, began="2018-10-22 08:00", ended="2018-10-22 10:00")

    await workflow.corrects_outage(short, ended="2018-10-22 10:01")

    assert await _began(workflow) == ["22 08:00"]
