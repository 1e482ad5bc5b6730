"""A permanent refusal ends the attempts; administrators see it and have it tried again."""

from datetime import timedelta

import pytest
from issuance.domain.outbox import OutboxTask, OutboxTaskNotFound
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.domain.states import ApplicationState
from issuance.domain.waiting_on import ResponsibleParty
from issuance.store.stuck_work_records import StuckTask
from issuance.use_cases.office_slots import MatcherSlots
from issuance.use_cases.ports import Unavailable, WorkRefused
from issuance.workers.outbox_worker import OutboxWorker

from .always_due import always_due
from .workflow import Workflow

IDENTIFY = OutboxTaskKind.IDENTIFY
POLICY = RetryPolicy(1, timedelta(minutes=1), 0.001, timedelta(), timedelta())


class Done(Exception):
    """The test has seen enough attempts."""


async def _attempted(workflow: Workflow, *answers: Exception) -> None:
    """Let the worker attempt tasks until these answers are used up, and once more if it does."""
    left = list(answers)

    async def attempt(task: OutboxTask) -> None:
        raise left.pop(0)

    worker = OutboxWorker(
        IDENTIFY,
        attempt,
        workflow.store,
        MatcherSlots(IDENTIFY),
        POLICY,
        workflow.now,
        always_due(),
    )
    while left:
        await worker.attempt_due()


async def _stuck(workflow: Workflow) -> list[StuckTask]:
    return list((await workflow.stuck()).tasks)


async def test_a_refused_task_is_attempted_no_more_and_shown(workflow: Workflow) -> None:
    id = await workflow.applies()

    await _attempted(workflow, WorkRefused("ENCOUNTER_EXISTS: taken"))
    due = await workflow.leases(IDENTIFY)
    (task,) = await _stuck(workflow)

    assert due == []
    assert (task.case, task.kind, task.last_error) == (id, IDENTIFY, "ENCOUNTER_EXISTS: taken")
    assert task.refused_at is not None
    assert await workflow.state(id) is ApplicationState.IDENTIFYING


async def test_monitoring_counts_it(workflow: Workflow) -> None:
    await workflow.applies()
    await workflow.applies()

    await _attempted(workflow, WorkRefused("ENCOUNTER_EXISTS: taken"))
    async with workflow.store.read() as records:
        (backlog,) = await records.outbox.backlog(workflow.real_now)

    assert (backlog.count, backlog.failing, backlog.refused) == (2, 1, 1)


async def test_the_application_waits_for_an_administrator(workflow: Workflow) -> None:
    id = await workflow.applies()
    await _attempted(workflow, WorkRefused("ENCOUNTER_EXISTS: taken"))
    refused = (await workflow.details(id)).waiting_on
    (task,) = await _stuck(workflow)

    async with workflow.store.begin() as records:
        await records.stuck_work.retry(task.id)
    tried_again = (await workflow.details(id)).waiting_on

    assert refused is not None
    assert tried_again is not None
    assert refused.responsible_party is ResponsibleParty.ADMINISTRATOR
    assert refused.what.en == (
        "the mending by an administrator of a request that the matcher does not accept"
    )
    assert tried_again.responsible_party is ResponsibleParty.MATCHER


async def test_a_failure_that_may_pass_is_shown_after_five_attempts(workflow: Workflow) -> None:
    await workflow.applies()

    await _attempted(workflow, *[Unavailable("busy")] * 4)
    after_four = await _stuck(workflow)
    await _attempted(workflow, Unavailable("busy"))

    assert after_four == []
    assert [(task.attempts, task.refused_at) for task in await _stuck(workflow)] == [(5, None)]


async def test_it_is_tried_again_when_an_administrator_says_so(workflow: Workflow) -> None:
    await workflow.applies()
    await _attempted(workflow, WorkRefused("ENCOUNTER_EXISTS: taken"))
    (task,) = await _stuck(workflow)

    async with workflow.store.begin() as records:
        await records.stuck_work.retry(task.id)

    assert await _stuck(workflow) == []
    assert [each.id for each in await workflow.leases(IDENTIFY)] == [task.id]


async def test_only_what_is_not_done_can_be_tried_again(workflow: Workflow) -> None:
    async with workflow.store.begin() as records:
        with pytest.raises(OutboxTaskNotFound):
            await records.stuck_work.retry("nothing")


async def test_who_is_stuck_can_still_withdraw(workflow: Workflow) -> None:
    id = await workflow.applies()
    await _attempted(workflow, WorkRefused("ENCOUNTER_EXISTS: taken"))

    await workflow.withdraws(id)

    assert await _stuck(workflow) == []
    assert await workflow.state(id) is ApplicationState.WITHDRAWN
