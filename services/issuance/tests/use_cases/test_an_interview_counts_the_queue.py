"""A date promised at the counter is that of the whole plan; the queue is counted, not read."""

from collections.abc import Sequence
from datetime import date
from random import Random

import pytest
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.store.queue_records import QueuedCase, QueueRecords
from issuance.store.records import Store
from servicekit.storage.database import Database

from .patient import PATIENT
from .workflow import Workflow


@pytest.mark.parametrize("seed", range(4))
async def test_the_date_is_that_of_the_plan(database: Database, seed: int) -> None:
    chance = Random(seed)
    workflow = Workflow(Store(database, "one", PATIENT), books_per_day=2)
    await workflow.opens()
    await _an_office_at_work(workflow, chance)

    for priority_class in PriorityClass:
        id = await workflow.applies(priority_class=priority_class)

        assert await _promised(workflow, id) == await _planned(workflow, id)


@pytest.mark.parametrize("seed", range(2))
async def test_so_is_that_of_an_application_taken_up_again(database: Database, seed: int) -> None:
    chance = Random(seed)
    workflow = Workflow(Store(database, "one", PATIENT), books_per_day=2)
    await workflow.opens()
    id = ""
    for number in range(3):
        for _ in range(4):
            id = await workflow.applies(priority_class=chance.choice(list(PriorityClass)))
        workflow.clock(f"2018-10-{29 + number} 11:00")
        await workflow.plans()
    await workflow.is_identified()
    await workflow.refuses(id)
    await workflow.applies()

    await workflow.appeals(id)

    assert await _promised(workflow, id) == await _planned(workflow, id)


async def test_no_case_of_the_queue_is_read(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(*_: object) -> Sequence[QueuedCase]:
        raise AssertionError("the whole queue is read while the counter waits")

    await workflow.applies()
    monkeypatch.setattr(QueueRecords, "of_office", read)

    id = await workflow.applies()

    assert await _promised(workflow, id) == date(2018, 10, 31)


async def _an_office_at_work(workflow: Workflow, chance: Random) -> None:
    """A few days of an office: arrivals of all classes, identifications, books, an outage."""
    for day in ("26", "29", "30", "31"):
        workflow.clock(f"2018-10-{day} 09:00")
        await workflow.plans()
        for _ in range(chance.randrange(6)):
            id = await workflow.applies(priority_class=chance.choice(list(PriorityClass)))
            if chance.random() < 0.6:
                await workflow.is_identified()
            if await workflow.state(id) is ApplicationState.AWAITING_APPROVAL:
                await workflow.approves(id)
        workflow.clock(f"2018-10-{day} 10:00")
        await workflow.plans()
    if chance.random() < 0.5:
        scope = chance.choice([OutageScope.MATCHER, OutageScope.PRINTING])
        office = "" if scope is OutageScope.MATCHER else "BJM"
        end = chance.choice(["2018-11-02 12:00", "2018-11-05 08:00"])
        await workflow.declares(scope, office, expected_end=end)
    workflow.clock(f"2018-10-31 {chance.choice(['07:00', '12:00', '17:00'])}")


async def _promised(workflow: Workflow, id: str) -> date | None:
    return (await workflow.case(id)).promised_collection_date


async def _planned(workflow: Workflow, id: str) -> date | None:
    return (await workflow.office_plan()).collection_dates()[id]
