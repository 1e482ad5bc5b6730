"""An outage stops what depends on it: who is approved needs the matcher no longer."""

from datetime import date

import pytest
import pytest_asyncio
from issuance.domain.activity import Activity, StoppedByOutage
from issuance.domain.outage import OutageScope
from issuance.domain.outage_policy import OutagePolicy, OutageRule
from issuance.domain.states import ApplicationState
from issuance.store.records import Store
from servicekit.storage.database import Database

from .local_time import banjarmasin
from .patient import PATIENT
from .workflow import Workflow

WEDNESDAY, THURSDAY, FRIDAY = (date(2018, 10, 31), date(2018, 11, 1), date(2018, 11, 2))
EVERYTHING_STOPS = OutagePolicy(
    tuple(OutageRule(scope, frozenset(Activity)) for scope in OutageScope)
)


@pytest_asyncio.fixture
async def approved(workflow: Workflow) -> str:
    """Who applied before the outage and is approved."""
    id = await workflow.applies()
    await workflow.is_identified()
    return await workflow.approves(id)


async def test_who_is_approved_is_printed(workflow: Workflow, approved: str) -> None:
    identifying = await workflow.applies()
    await workflow.declares(OutageScope.MATCHER)

    await workflow.plans()

    assert await workflow.state(approved) is ApplicationState.PRINTING
    assert await workflow.state(identifying) is ApplicationState.IDENTIFYING


async def test_who_is_not_identified_has_no_date_before_the_end_is_known(
    workflow: Workflow, approved: str
) -> None:
    identifying = await workflow.applies()
    await workflow.declares(OutageScope.MATCHER, began="2018-10-26 08:00")
    workflow.clock("2018-10-26 12:00")

    plan = await workflow.office_plan()

    assert plan.collection_dates() == {approved: WEDNESDAY, identifying: None}
    assert not (await workflow.details(approved)).date_tentative
    assert (await workflow.details(identifying)).date_tentative


async def test_who_is_not_identified_is_printed_after_the_expected_end(
    workflow: Workflow, approved: str
) -> None:
    identifying = await workflow.applies()
    await workflow.declares(OutageScope.MATCHER, expected_end="2018-11-01 10:00")

    dates = (await workflow.office_plan()).collection_dates()

    assert dates == {approved: WEDNESDAY, identifying: FRIDAY}


async def test_their_books_are_not_kept_free(one_book_a_day: Workflow) -> None:
    first, second = await one_book_a_day.applies(), await one_book_a_day.applies()
    await one_book_a_day.is_identified()
    waiting = await one_book_a_day.applies()
    await one_book_a_day.declares(OutageScope.MATCHER, expected_end="2018-10-29 07:00")
    for id in (first, second):
        await one_book_a_day.approves(id)

    entries = (await one_book_a_day.office_plan()).collections.entries

    assert [(entry.id, entry.prints_on) for entry in entries] == [
        (first, date(2018, 10, 26)),
        (second, date(2018, 10, 29)),
        (waiting, date(2018, 10, 30)),
    ]


async def test_the_clock_of_who_is_approved_goes_on(workflow: Workflow, approved: str) -> None:
    await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 12:00")

    clock = (await workflow.details(approved)).clock

    assert (
        clock.service_time
        == clock.elapsed_time
        == banjarmasin("2018-10-26 12:00") - banjarmasin("2018-10-26 09:00")
    )


async def test_a_policy_may_stop_printing_as_well(database: Database) -> None:
    workflow = Workflow(Store(database, "one", PATIENT), policy=EVERYTHING_STOPS)
    await workflow.opens()
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.declares(OutageScope.MATCHER, began="2018-10-26 08:00")

    await workflow.plans()
    workflow.clock("2018-10-26 12:00")

    assert await workflow.state(id) is ApplicationState.APPROVED
    assert (await workflow.office_plan()).collection_dates() == {id: None}


async def test_a_policy_may_stop_intake_and_hand_over_of_an_office(database: Database) -> None:
    workflow = Workflow(Store(database, "one", PATIENT), policy=EVERYTHING_STOPS)
    await workflow.opens()
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    await workflow.job_is_done(id)
    outage = await workflow.declares(OutageScope.OFFICE, "BJM")

    for stopped in (workflow.applies, lambda: workflow.hands_over(id)):
        with pytest.raises(StoppedByOutage) as refused:
            await stopped()
        assert refused.value.metadata["outage"] == outage

    await workflow.applies(office="JKT")
    await workflow.ends(outage)
    await workflow.hands_over(id)
    assert await workflow.state(id) is ApplicationState.HANDED_OVER
