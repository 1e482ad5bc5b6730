"""Who applies while examiners merge them with another person on record has one application."""

import asyncio

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.case_errors import ApplicationOpen
from issuance.store.person_merge_records import PersonMergeRecords
from servicekit.storage.database import Database

from .emergencies import has_emergency_document
from .locks import somebody_waits_for_a_lock
from .verifying import RENEWAL
from .workflow import Workflow

ANI, BUDI = Candidate("ani", 11.0), Candidate("budi", 10.0)
SAME = Verdict.SAME_PERSON


async def test_who_applies_is_not_merged_meanwhile(
    emergencies: Workflow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_shared:
        pytest.skip("one writer at a time: needs POSTGRESQL_TEST_URL")
    task = await _is_all_but_merged(emergencies)
    knows_ani, go_on = asyncio.Event(), asyncio.Event()
    _stop_at_the_counter(monkeypatch, knows_ani, go_on)

    applying = asyncio.create_task(_applies(emergencies, "ani"), name="counter")
    await knows_ani.wait()
    merging = asyncio.create_task(emergencies.examines(task, "fitri", SAME, "budi"))
    while not merging.done() and not await somebody_waits_for_a_lock(database):
        pass
    go_on.set()

    with pytest.raises(ApplicationOpen):
        await applying  # her emergency document is not examined yet
    await merging
    await _is_one_person(emergencies)


async def test_after_the_merge_either_name_is_one_person(emergencies: Workflow) -> None:
    task = await _is_all_but_merged(emergencies)
    await emergencies.examines(task, "fitri", SAME, "budi")

    await _is_one_person(emergencies)


async def _is_all_but_merged(flow: Workflow) -> str:
    """Ani has an emergency document, and one examiner has found that she is budi."""
    await has_emergency_document(flow, type=RENEWAL, person_id="ani")
    await flow.is_identified(ANI, BUDI)
    (task,) = await flow.tasks()
    await flow.examines(task.id, "eko", SAME, "budi")
    return task.id


async def _is_one_person(flow: Workflow) -> None:
    first = await _applies(flow, "ani")
    with pytest.raises(ApplicationOpen):
        await _applies(flow, "budi")
    assert (await flow.case(first)).person_id == "budi"


async def _applies(flow: Workflow, person: str) -> str:
    return await flow.brings_documents(type=RENEWAL, person_id=person)


def _stop_at_the_counter(
    monkeypatch: pytest.MonkeyPatch, reached: asyncio.Event, go_on: asyncio.Event
) -> None:
    """Have the task named counter stop once it knows who a person is now."""
    current = PersonMergeRecords.current

    async def stopping(self: PersonMergeRecords, person: str) -> str:
        found = await current(self, person)
        task = asyncio.current_task()
        if task is not None and task.get_name() == "counter":
            reached.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(PersonMergeRecords, "current", stopping)
