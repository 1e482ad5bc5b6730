"""Whom examiners found under two persons on record has one valid passport and one application."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import TaskState, Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.states import ApplicationState

from .people import identity
from .workflow import Workflow

RENEWAL, SAME = ApplicationType.RENEWAL, Verdict.SAME_PERSON
ANI, BUDI = Candidate("ani", 11.0), Candidate("budi", 11.0)
HADI = identity("hadi", "supervisor")


async def _is_linked(workflow: Workflow, person: str) -> None:
    (task,) = await workflow.tasks()
    await workflow.examines(task.id, "eko", SAME, person)
    await workflow.examines(task.id, "fitri", SAME, person)


async def _gives_fingers_again(workflow: Workflow, id: str, *found: Candidate) -> None:
    await workflow.retakes_biometrics(id, HADI)
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    await workflow.is_identified(*found)


async def _renews_as_ani_and_is_budi(workflow: Workflow) -> str:
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(ANI, BUDI)
    await _is_linked(workflow, "budi")
    return id


async def test_the_documents_of_both_are_revoked_by_the_hand_over(workflow: Workflow) -> None:
    of_ani = await workflow.becomes_ready(type=RENEWAL, person_id="ani")
    await workflow.hands_over(of_ani)
    of_budi = await workflow.becomes_ready(type=RENEWAL, person_id="budi")
    await workflow.hands_over(of_budi)

    new = await _renews_as_ani_and_is_budi(workflow)
    await workflow.approves(new, reason="moved")
    await workflow.plans()
    await workflow.job_is_done(new)
    await workflow.hands_over(new)

    assert sorted(await workflow.documents("budi")) == sorted(
        [(of_ani, "revoked"), (of_budi, "revoked"), (new, "valid")]
    )


async def test_neither_of_both_gets_another_application(workflow: Workflow) -> None:
    id = await _renews_as_ani_and_is_budi(workflow)

    refusals = []
    for person in ("ani", "budi"):
        with pytest.raises(ApplicationOpen) as refusal:
            await workflow.brings_documents(type=RENEWAL, person_id=person)
        refusals.append(refusal.value.metadata)
    await workflow.withdraws(id)
    await workflow.brings_documents(type=RENEWAL, person_id="ani")

    assert refusals == [{"application_id": id}] * 2


async def test_an_appeal_waits_for_the_other_application_of_either(workflow: Workflow) -> None:
    id = await _renews_as_ani_and_is_budi(workflow)
    await workflow.refuses(id)
    other = await workflow.brings_documents(type=RENEWAL, person_id="ani")

    with pytest.raises(ApplicationOpen) as refusal:
        await workflow.appeals(id)

    assert refusal.value.metadata == {"application_id": other}


async def test_fingers_taken_again_match_the_persons_own_record(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(ANI)
    await _is_linked(workflow, "ani")

    await _gives_fingers_again(workflow, id, ANI)

    case = await workflow.case(id)
    assert (case.state, case.own_record_first) == (ApplicationState.AWAITING_APPROVAL, True)


async def test_fingers_taken_again_match_both_records(workflow: Workflow) -> None:
    id = await _renews_as_ani_and_is_budi(workflow)

    await _gives_fingers_again(workflow, id, ANI, BUDI)

    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_fingers_taken_again_must_match_the_record(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(ANI)
    await _is_linked(workflow, "ani")

    await _gives_fingers_again(workflow, id)

    assert await workflow.state(id) is ApplicationState.ADJUDICATION


async def test_an_application_does_not_stand_in_its_own_way(workflow: Workflow) -> None:
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(Candidate("ani", 5.0, hit=False))
    (task,) = await workflow.tasks()

    await workflow.examines(task.id, "eko", SAME, "ani")
    decided = await workflow.examines(task.id, "fitri", SAME, "ani")

    assert decided.adjudication.state is TaskState.LINKED
    assert (await workflow.case(id)).person_id == "ani"
