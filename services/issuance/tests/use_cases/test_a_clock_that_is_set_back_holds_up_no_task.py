"""Tasks that were leased or postponed by a clock that ran ahead go on once it is set back."""

from datetime import timedelta

import pytest
import pytest_asyncio
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import LongestWaits
from issuance.store.records import Store
from issuance.use_cases.lease_tasks import LeaseTasks
from issuance.use_cases.office_slots import MatcherSlots
from servicekit.storage.database import Database

from .workflow import Workflow

IDENTIFY = OutboxTaskKind.IDENTIFY
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest_asyncio.fixture
async def workflow(database: Database) -> Workflow:
    """Offices whose tasks are leased for a minute, and postponed for a minute at most."""
    workflow = Workflow(Store(database, "one", LongestWaits(MINUTE, MINUTE)))
    await workflow.opens()
    return workflow


async def _leases(workflow: Workflow, ahead: timedelta) -> list[str]:
    """Applications whose identification is leased for a minute by a clock that is so far ahead."""
    lease_tasks = LeaseTasks(IDENTIFY, MatcherSlots(IDENTIFY), MINUTE)
    async with workflow.store.begin() as records:
        tasks = await lease_tasks(records, 9, workflow.now_is + ahead)
    return [task.case for task in tasks]


async def _postpones(workflow: Workflow, until: timedelta) -> None:
    """Postpone the only identification, until so long after now."""
    async with workflow.store.begin() as records:
        lease_tasks = LeaseTasks(IDENTIFY, MatcherSlots(IDENTIFY), MINUTE)
        (task,) = await lease_tasks(records, 9, workflow.now_is)
        await records.outbox.postpone(task, workflow.now_is + until, "no answer", counts=True)


async def _leased(store: Store, workflow: Workflow) -> tuple[int, int]:
    """How many identifications are leased now, as the slots count them and as the status says."""
    async with store.read() as records:
        by_office = await records.outbox.leased_by_office(IDENTIFY, workflow.now_is)
        (backlog,) = await records.outbox.backlog(workflow.now_is)
    return sum(by_office.values()), backlog.leased


async def test_a_lease_of_an_hour_ahead_is_over(workflow: Workflow) -> None:
    id = await workflow.applies()
    assert await _leases(workflow, ahead=HOUR) == [id]

    assert await _leased(workflow.store, workflow) == (0, 0)
    assert await _leases(workflow, ahead=0 * SECOND) == [id]
    assert await _leased(workflow.store, workflow) == (1, 1)


async def test_a_lease_of_another_replica_that_is_seconds_ahead_holds(workflow: Workflow) -> None:
    id = await workflow.applies()
    assert await _leases(workflow, ahead=59 * SECOND) == [id]

    assert await _leases(workflow, ahead=0 * SECOND) == []
    assert await _leased(workflow.store, workflow) == (1, 1)


@pytest.mark.parametrize(("until", "goes_on"), [(MINUTE, False), (HOUR, True)])
async def test_a_task_that_is_postponed_longer_than_any_goes_on(
    workflow: Workflow, until: timedelta, goes_on: bool
) -> None:
    id = await workflow.applies()

    await _postpones(workflow, until)

    async with workflow.store.read() as records:
        due = await records.outbox.due_kinds(workflow.now_is)
        postponed = await records.outbox.postponed(workflow.now_is)
    assert due == ([IDENTIFY] if goes_on else [])
    assert [each.count for each in postponed] == ([] if goes_on else [1])
    assert await _leases(workflow, ahead=0 * SECOND) == ([id] if goes_on else [])
