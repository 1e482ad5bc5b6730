"""What a withdrawal, a refusal and a recapture owe the matcher is recorded with them."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import TaskClosed, Verdict
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition

from .local_time import banjarmasin
from .people import HOLDER, identity
from .workflow import Workflow

OTHER = Candidate("somebody-else", 6.5)
SUPERVISOR = identity("agus", "supervisor")
IDENTIFY = OutboxTaskKind.IDENTIFY
SET_STATUS = OutboxTaskKind.SET_ENCOUNTER_STATUS


async def _statuses(workflow: Workflow, id: str) -> list[tuple[str, str]]:
    changes = await workflow.encounter_changes(id)
    return [(change.encounter_id, change.status.value) for change in changes]


async def test_a_withdrawn_persons_fingerprints_are_deleted(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    before = await _statuses(workflow, id)

    await workflow.withdraws(id)

    assert before == [(id, "active")]
    assert await _statuses(workflow, id) == [(id, "deleted")]


async def test_nothing_is_owed_before_the_matcher_was_asked(workflow: Workflow) -> None:
    id = await workflow.brings_documents()

    await workflow.withdraws(id)

    assert await _statuses(workflow, id) == []


async def test_who_withdraws_while_identified_is_deleted_after_the_attempt(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    (task,) = await workflow.leases(IDENTIFY)

    await workflow.withdraws(id)
    await workflow.matcher_answers_late(task)

    assert await workflow.state(id) is ApplicationState.WITHDRAWN
    assert await _statuses(workflow, id) == [(id, "deleted")]
    async with workflow.store.read() as records:
        due = await records.outbox.next_of_each_office(SET_STATUS, banjarmasin("2098-12-31 00:00"))
    assert due == [], "not before the lease of the attempt has ended"


async def test_a_suspect_is_withdrawn_by_a_supervisor_and_examined_no_more(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified(OTHER)
    (task,) = await workflow.tasks()

    await workflow.withdraws(id, SUPERVISOR)

    assert await workflow.tasks() == []
    with pytest.raises(TaskClosed):
        await workflow.examines(task.id, "budi", Verdict.CLEARED)
    assert await _statuses(workflow, id) == [(id, "deleted")]


async def test_a_refused_person_is_no_longer_found_and_found_again_on_appeal(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()

    await workflow.refuses(id)
    refused = await _statuses(workflow, id)
    await workflow.appeals(id)

    assert refused == [(id, "inactive")]
    assert await _statuses(workflow, id) == [(id, "active")]


async def test_fingerprints_taken_again_are_another_encounter(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()

    await workflow.retakes_biometrics(id, SUPERVISOR)
    deleted = await _statuses(workflow, id)
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    (task,) = await workflow.leases(IDENTIFY)

    assert deleted == [(id, "deleted")]
    assert (await workflow.asked_about(task)).encounter_id == f"{id}.2"
    assert [kind for kind, _ in await workflow.notices(id)] == [
        "promised_date",
        "recapture",
        "promised_date",
    ]


async def test_what_is_owed_about_the_first_encounter_is_not_forgotten(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.retakes_biometrics(id, SUPERVISOR)
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    await workflow.is_identified()

    assert await _statuses(workflow, id) == [(id, "deleted"), (f"{id}.2", "active")]


async def test_a_finished_book_that_nobody_wants_is_revoked(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()

    await workflow.withdraws(id)

    assert await workflow.documents((await workflow.case(id)).person_id) == [(id, "revoked")]


async def test_a_finished_book_with_an_error_is_withdrawn_and_applied_for_again(
    workflow: Workflow,
) -> None:
    id = await workflow.becomes_ready()
    person = (await workflow.case(id)).person_id

    with pytest.raises(IllegalTransition):
        await workflow.corrects(id, HOLDER, identity("siti", "officer"))
    await workflow.withdraws(id)
    again = await workflow.becomes_ready()
    await workflow.hands_over(again)

    assert await workflow.documents(person) == [(id, "revoked")]
    assert await workflow.documents((await workflow.case(again)).person_id) == [(again, "valid")]
