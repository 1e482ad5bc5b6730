"""The service clock pauses from the moment a case waits for an outage, not before."""

from datetime import timedelta

from issuance.domain.clock_pause import ServiceClock
from issuance.domain.outage import OutageScope

from .local_time import banjarmasin
from .workflow import Workflow


async def test_who_comes_to_wait_during_an_outage_is_paused_from_then(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 11:00")
    await workflow.approves(id)  # only from now on does it wait for the printers

    workflow.clock("2018-10-26 12:00")
    await workflow.ends(outage)
    workflow.clock("2018-10-26 14:00")

    assert await _elapsed(workflow, id) == _hours(paused=1, real=5)


async def test_who_waits_already_is_paused_from_the_beginning_of_the_outage(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    workflow.clock("2018-10-26 12:00")
    outage = await workflow.declares(OutageScope.PRINTING, "BJM", began="2018-10-26 10:00")

    workflow.clock("2018-10-26 13:00")
    await workflow.ends(outage)

    assert await _elapsed(workflow, id) == _hours(paused=3, real=4)


async def test_an_outage_declared_late_pauses_nobody_before_they_waited(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    workflow.clock("2018-10-26 11:00")
    await workflow.approves(id)
    workflow.clock("2018-10-26 12:00")
    outage = await workflow.declares(OutageScope.PRINTING, "BJM", began="2018-10-26 09:30")

    workflow.clock("2018-10-26 13:00")
    await workflow.ends(outage)

    assert await _elapsed(workflow, id) == _hours(paused=2, real=4)


async def test_a_clock_stops_when_the_passport_is_ready(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    workflow.clock("2018-10-26 12:00")
    await workflow.job_is_done(id)

    workflow.clock("2018-10-31 14:00")
    await workflow.hands_over(id)

    assert await _elapsed(workflow, id) == _hours(paused=0, real=3)
    assert (await workflow.case(id)).handed_over_at == banjarmasin("2018-10-31 14:00")


async def test_a_clock_stops_when_the_applicant_withdraws(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    workflow.clock("2018-10-26 10:00")
    await workflow.withdraws(id)

    workflow.clock("2018-10-31 14:00")

    assert await _elapsed(workflow, id) == _hours(paused=0, real=1)


async def test_a_case_that_moves_on_during_an_outage_is_paused_once(workflow: Workflow) -> None:
    id = await workflow.applies()
    outage = await workflow.declares(OutageScope.OFFICE, "BJM")
    other = await workflow.declares(OutageScope.OFFICE, "JKT")
    workflow.clock("2018-10-26 10:00")
    await workflow.is_identified()
    await workflow.approves(id)

    workflow.clock("2018-10-26 12:00")
    await workflow.ends(outage)
    await workflow.ends(other)

    assert await _elapsed(workflow, id) == _hours(paused=3, real=3)


async def test_two_outages_pause_a_case_that_waits_for_both(workflow: Workflow) -> None:
    waits_for_printing = await workflow.applies()
    await workflow.is_identified()
    matcher = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 10:00")
    printing = await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 11:00")
    waits_for_the_matcher = await workflow.applies()
    await workflow.approves(waits_for_printing)  # waits for both
    workflow.clock("2018-10-26 12:00")
    await workflow.ends(matcher)
    workflow.clock("2018-10-26 14:00")
    await workflow.ends(printing)

    assert await _elapsed(workflow, waits_for_printing) == _hours(paused=3, real=5)
    assert await _elapsed(workflow, waits_for_the_matcher) == _hours(paused=1, real=3)


async def _elapsed(workflow: Workflow, id: str) -> ServiceClock:
    return (await workflow.details(id)).clock


def _hours(*, paused: int, real: int) -> ServiceClock:
    return ServiceClock(
        service_time=timedelta(hours=real - paused), elapsed_time=timedelta(hours=real)
    )
