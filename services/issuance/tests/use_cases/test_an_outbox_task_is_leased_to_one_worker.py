"""Outbox tasks are taken in order of urgency and completion, and by one worker at a time."""

from datetime import timedelta

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.records import Store
from issuance.use_cases.lease_tasks import LeaseTasks
from issuance.use_cases.office_slots import MatcherSlots, PrinterSlots
from servicekit.storage.database import Database

from .patient import PATIENT
from .workflow import Workflow

IDENTIFY = OutboxTaskKind.IDENTIFY
SECOND = timedelta(seconds=1)


async def _leased(
    workflow: Workflow, store: Store, seconds: float = 0, limit: int = 9
) -> list[str]:
    """Applications whose identification is leased for ten seconds, so much later (real time)."""
    now = workflow.now_is + seconds * SECOND
    lease_tasks = LeaseTasks(IDENTIFY, MatcherSlots(IDENTIFY), 10 * SECOND)
    async with store.begin() as records:
        return [task.case for task in await lease_tasks(records, limit, now)]


async def test_a_lease_holds_up_to_its_last_instant(workflow: Workflow) -> None:
    id = await workflow.applies()

    assert await _leased(workflow, workflow.store) == [id]
    assert await _leased(workflow, workflow.store, 10) == []
    assert await _leased(workflow, workflow.store, 10.001) == [id]


async def test_a_postponed_task_is_leased_from_its_first_instant(workflow: Workflow) -> None:
    id = await workflow.applies()
    (task,) = await workflow.leases(OutboxTaskKind.IDENTIFY)
    later = workflow.now_is + 5 * SECOND
    async with workflow.store.begin() as records:
        await records.outbox.postpone(task, later, "no answer", counts=True)

    assert await _leased(workflow, workflow.store, 4.999) == []
    assert await _leased(workflow, workflow.store, 5) == [id]


async def test_urgent_tasks_come_first_then_those_completed_first(workflow: Workflow) -> None:
    normal, second = await workflow.applies(), await workflow.applies()
    emergency = await workflow.applies(priority_class=PriorityClass.EMERGENCY)

    assert await _leased(workflow, workflow.store, limit=2) == [emergency, normal]
    assert await _leased(workflow, workflow.store, limit=2) == [second]


async def test_books_are_ordered_by_completion_not_by_release(workflow: Workflow) -> None:
    suspect = await workflow.applies()
    await workflow.is_identified(Candidate("somebody-else", 6.5))
    other = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(other)
    await workflow.plans()

    (task,) = await workflow.tasks()
    await workflow.examines(task.id, "budi", Verdict.CLEARED)
    await workflow.approves(suspect)
    await workflow.plans()

    assert [task.case for task in await workflow.leases(OutboxTaskKind.PRINT)] == [suspect, other]


async def test_no_task_of_an_office_that_is_stopped(workflow: Workflow) -> None:
    ours, theirs = await workflow.applies(), await workflow.applies(office="JKT")
    await workflow.is_identified()
    for office, id in (("BJM", ours), ("JKT", theirs)):
        await workflow.approves(id)
        await workflow.plans(office=office)
    await workflow.declares(OutageScope.PRINTING, "BJM")
    lease_tasks = LeaseTasks(OutboxTaskKind.PRINT, PrinterSlots(2), 10 * SECOND)

    async with workflow.store.begin() as records:
        leased = await lease_tasks(records, 9, workflow.now_is)

    assert [task.case for task in leased] == [theirs]


async def test_a_replica_that_starts_again_gives_back_its_own_leases_only(
    workflow: Workflow, database: Database
) -> None:
    one, two = Store(database, "one", PATIENT), Store(database, "two", PATIENT)
    first, second = await workflow.applies(), await workflow.applies()
    assert await _leased(workflow, one, limit=1) == [first]
    assert await _leased(workflow, two, limit=1) == [second]

    async with one.begin() as records:
        await records.outbox.abandon_leases()

    assert await _leased(workflow, two) == [first]


@pytest.mark.parametrize(("seconds", "leased"), [(0, 1), (10, 1), (10.001, 0)])
async def test_the_backlog_counts_leases_that_hold(
    workflow: Workflow, seconds: float, leased: int
) -> None:
    await workflow.applies()
    await workflow.applies()
    await _leased(workflow, workflow.store, limit=1)

    async with workflow.store.read() as records:
        (backlog,) = await records.outbox.backlog(workflow.now_is + seconds * SECOND)

    assert (backlog.count, backlog.leased, backlog.failing) == (2, leased, 0)


async def test_the_backlog_counts_tasks_that_failed(workflow: Workflow) -> None:
    for _ in range(3):
        await workflow.applies()
    failed, stopped, _ = await workflow.leases(OutboxTaskKind.IDENTIFY)

    async with workflow.store.begin() as records:
        for task, counts in ((failed, True), (stopped, False)):
            await records.outbox.postpone(task, workflow.now_is, "no answer", counts=counts)
        (backlog,) = await records.outbox.backlog(workflow.now_is)

    assert (backlog.count, backlog.leased, backlog.failing) == (3, 1, 1)


async def test_a_task_is_done_once(workflow: Workflow) -> None:
    await workflow.applies()
    (task,) = await workflow.leases(OutboxTaskKind.IDENTIFY)

    async with workflow.store.begin() as records:
        assert await records.outbox.is_pending(task.case, OutboxTaskKind.IDENTIFY)
        assert not await records.outbox.is_pending(task.case, OutboxTaskKind.PRINT)
        assert await records.outbox.complete(task)
        assert not await records.outbox.complete(task)
        assert not await records.outbox.is_pending(task.case, OutboxTaskKind.IDENTIFY)
