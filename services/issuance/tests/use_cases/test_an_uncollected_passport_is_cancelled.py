"""Who does not collect a passport is reminded; a week later it is cancelled, once."""

from collections.abc import AsyncIterator

import pytest_asyncio
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.states import ApplicationState
from issuance.domain.uncollected import CollectionPolicy
from issuance.use_cases.cancel_uncollected import CancelUncollected

from .workflow import Workflow


@pytest_asyncio.fixture
async def ready(workflow: Workflow) -> AsyncIterator[str]:
    """An application that is ready on 31 October 2018: it is kept until 30 November."""
    id = await workflow.is_known(await workflow.applies())
    await workflow.approves(id)
    workflow.clock("2018-10-31 09:00")
    await workflow.plans()
    await workflow.job_is_done(id)
    assert await workflow.state(id) is ApplicationState.READY
    yield id


async def _days(workflow: Workflow, *days: str) -> None:
    """Let the days pass, with two replicas that look at each at noon."""
    for day in days:
        workflow.clock(f"{day} 12:00")
        for _ in range(2):
            await CancelUncollected(
                workflow.store,
                workflow.offices,
                workflow.apply_transition,
                CollectionPolicy(),
                workflow.now,
            )()


async def _kinds(workflow: Workflow, id: str) -> list[str]:
    return [kind for kind, _ in await workflow.notices(id)]


async def _last_events(workflow: Workflow, id: str) -> list[tuple[str, str]]:
    async with workflow.store.read() as records:
        history = await records.history.of_case(id)
    return [(entry.event.value, entry.details.reason) for entry in history[-2:]]


async def test_it_is_cancelled_after_a_reminder(workflow: Workflow, ready: str) -> None:
    await _days(workflow, "2018-11-22", "2018-11-23", "2018-11-30")
    kept = await workflow.state(ready)
    await _days(workflow, "2018-12-01", "2018-12-02")
    person = (await workflow.case(ready)).person_id

    assert kept is ApplicationState.READY
    assert await workflow.state(ready) is ApplicationState.WITHDRAWN
    assert (await _kinds(workflow, ready))[-3:] == ["ready", "collection_reminder", "not_collected"]
    assert await _last_events(workflow, ready) == [
        ("remind_collection", ""),
        ("cancel_uncollected", "not collected by 2018-11-30"),
    ]
    assert await workflow.documents(person) == [(ready, "revoked")]
    assert [change.status for change in await workflow.encounter_changes(ready)][-1] is (
        EncounterStatus.DELETED
    )


async def test_the_reminder_says_until_when(workflow: Workflow, ready: str) -> None:
    await _days(workflow, "2018-11-23")

    async with workflow.store.read() as records:
        latest = await records.notices.latest(ready)

    assert latest is not None
    assert latest.notice.text.en.startswith(
        "You have not collected your passport. Collect it by Friday, 30 November 2018; after that "
        "day it is cancelled."
    )


async def test_who_collects_in_time_is_left_alone(workflow: Workflow, ready: str) -> None:
    await _days(workflow, "2018-11-23")
    await workflow.hands_over(ready)
    await _days(workflow, "2018-12-01")

    assert await workflow.state(ready) is ApplicationState.HANDED_OVER


async def test_the_person_may_apply_again(workflow: Workflow, ready: str) -> None:
    await _days(workflow, "2018-11-23", "2018-12-01")

    again = await workflow.applies()

    assert await workflow.state(again) is ApplicationState.IDENTIFYING
