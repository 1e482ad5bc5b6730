"""Pauses are computed: whatever is recorded of an outage later changes every clock at once."""

from datetime import timedelta

import pytest
from issuance.domain.clock_pause import ServiceClock
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.use_cases.application_details import application_details

from .workflow import Workflow


async def test_who_has_moved_on_by_the_time_it_is_declared(workflow: Workflow) -> None:
    id = await workflow.applies()
    workflow.clock("2018-10-26 11:00")
    await workflow.is_identified()  # from here on it does not wait for the matcher
    workflow.clock("2018-10-26 14:00")
    assert await _clock(workflow, id) == _hours(paused=0, real=5)

    await workflow.declares(OutageScope.MATCHER, began="2018-10-26 10:00")

    assert await _clock(workflow, id) == _hours(paused=1, real=5)
    assert (await workflow.details(id)).outage == ""


async def test_who_has_the_passport_by_the_time_it_is_declared(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    workflow.clock("2018-10-26 13:00")
    await workflow.job_is_done(id)
    workflow.clock("2018-10-29 10:00")

    await workflow.declares(OutageScope.PRINTING, "BJM", began="2018-10-26 11:00")

    assert await _clock(workflow, id) == _hours(paused=2, real=4)


async def test_an_outage_before_the_case_was_complete(workflow: Workflow) -> None:
    workflow.clock("2018-10-26 10:00")
    id = await workflow.applies()
    workflow.clock("2018-10-26 12:00")

    outage = await workflow.declares(OutageScope.MATCHER, began="2018-10-26 08:00")
    assert await _clock(workflow, id) == _hours(paused=2, real=2)
    assert (await workflow.details(id)).outage == outage

    await workflow.ends(outage, at="2018-10-26 09:00")
    assert await _clock(workflow, id) == _hours(paused=0, real=2)


async def test_a_late_end_gives_the_hours_back(workflow: Workflow) -> None:
    id = await workflow.applies()
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 14:00")
    assert await _clock(workflow, id) == _hours(paused=5, real=5)

    await workflow.ends(outage, at="2018-10-26 11:00")

    assert await _clock(workflow, id) == _hours(paused=2, real=5)


@pytest.mark.parametrize(("office", "cases"), [("BJM", 2), ("JKT", 1)])
async def test_an_outage_counts_who_waited_for_its_end(
    workflow: Workflow, office: str, cases: int
) -> None:
    gone = await workflow.applies()
    await workflow.applies(office="JKT")
    await workflow.brings_documents()
    workflow.clock("2018-10-26 10:00")
    outage = await workflow.declares(OutageScope.OFFICE, office)
    workflow.clock("2018-10-26 11:00")
    await workflow.applies()
    await workflow.is_identified()
    await workflow.withdraws(gone)
    assert await workflow.waited_for(outage) == cases

    workflow.clock("2018-10-26 12:00")
    await workflow.ends(outage)
    workflow.clock("2018-10-26 13:00")
    await workflow.applies(office=office)

    assert await workflow.waited_for(outage) == cases


async def test_a_list_costs_two_queries_whatever_its_length(
    workflow: Workflow, statements: list[str]
) -> None:
    ids = [await workflow.applies() for _ in range(20)]
    await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 10:00")
    await workflow.is_identified()

    async with workflow.store.read() as records:
        cases = [await records.cases.get(id) for id in ids]
        statements.clear()
        details = await application_details(records, workflow.offices, cases, workflow.now_is)

    assert len(statements) == 2
    assert {shown.case.state for shown in details} == {ApplicationState.AWAITING_APPROVAL}
    assert {shown.clock for shown in details} == {_hours(paused=1, real=1)}


async def _clock(workflow: Workflow, id: str) -> ServiceClock:
    return (await workflow.details(id)).clock


def _hours(*, paused: int, real: int) -> ServiceClock:
    return ServiceClock(
        service_time=timedelta(hours=real - paused), elapsed_time=timedelta(hours=real)
    )
