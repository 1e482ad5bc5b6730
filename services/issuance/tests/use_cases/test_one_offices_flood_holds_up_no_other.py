"""Applicants of every office are identified in turn, however many one office sends."""

from datetime import timedelta

from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.use_cases.lease_tasks import LeaseTasks
from issuance.use_cases.office_slots import MatcherSlots

from .workflow import Workflow

IDENTIFY = OutboxTaskKind.IDENTIFY


async def test_offices_take_turns_within_a_priority_class(workflow: Workflow) -> None:
    for _ in range(5):
        await workflow.applies()
    for _ in range(2):
        await workflow.applies(office="JKT")
    await workflow.applies(priority_class=PriorityClass.EXPEDITED)
    lease_tasks = LeaseTasks(IDENTIFY, MatcherSlots(IDENTIFY), timedelta(minutes=1))

    offices = []
    for _ in range(8):
        async with workflow.store.begin() as records:
            (task,) = await lease_tasks(records, 1, workflow.now_is)
        offices.append(task.office)

    assert offices == ["BJM", "JKT", "BJM", "JKT", "BJM", "BJM", "BJM", "BJM"]


async def test_a_single_office_may_use_all_slots(workflow: Workflow) -> None:
    for _ in range(3):
        await workflow.applies()
    lease_tasks = LeaseTasks(IDENTIFY, MatcherSlots(IDENTIFY), timedelta(minutes=1))

    async with workflow.store.begin() as records:
        leased = await lease_tasks(records, 4, workflow.now_is)

    assert [task.queue_number for task in leased] == [1, 2, 3]
