"""An outage of more than two hours costs the day in the plan; machines still print after it."""

from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.store.records import Store
from servicekit.storage.database import Database

from .patient import PATIENT
from .workflow import Workflow


async def eight_books_a_day(database: Database) -> tuple[Workflow, list[str]]:
    """An office that makes one book an hour, with ten approved applications of Thursday."""
    workflow = Workflow(Store(database, "one", PATIENT), books_per_day=8)
    workflow.clock("2018-10-25 17:00")
    await workflow.opens()
    ids = [await workflow.is_known(await workflow.applies()) for _ in range(10)]
    return workflow, [await workflow.approves(id) for id in ids]


async def printing(workflow: Workflow, ids: list[str]) -> int:
    return [await workflow.state(id) for id in ids].count(ApplicationState.PRINTING)


async def test_the_hours_that_are_left_are_used(database: Database) -> None:
    workflow, ids = await eight_books_a_day(database)
    workflow.clock("2018-10-26 07:00")
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")

    workflow.clock("2018-10-26 11:00")
    await workflow.plans()
    assert await printing(workflow, ids) == 0

    await workflow.ends(outage)
    await workflow.plans()
    assert await printing(workflow, ids) == 5


async def test_what_was_released_before_is_of_the_same_day(database: Database) -> None:
    workflow, ids = await eight_books_a_day(database)
    workflow.clock("2018-10-26 10:00")
    await workflow.plans()
    assert await printing(workflow, ids) == 8
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")

    workflow.clock("2018-10-26 13:00")
    await workflow.ends(outage)
    await workflow.plans()

    assert await printing(workflow, ids) == 8


async def test_outages_at_one_time_count_once(database: Database) -> None:
    workflow, ids = await eight_books_a_day(database)
    workflow.clock("2018-10-26 08:00")
    printer = await workflow.declares(OutageScope.PRINTING, "BJM")
    office = await workflow.declares(OutageScope.OFFICE, "BJM")

    workflow.clock("2018-10-26 14:00")
    await workflow.ends(printer)
    await workflow.ends(office)
    await workflow.plans()

    assert await printing(workflow, ids) == 2
