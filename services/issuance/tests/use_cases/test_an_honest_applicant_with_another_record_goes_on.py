"""Two examiners may find that applicant and candidate are one person who hides nothing."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import (
    ExaminedBefore,
    NotACandidate,
    SecondExaminerRequired,
    TaskState,
    Verdict,
)
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.encounter_change import EncounterChange, EncounterStatus
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState

from .people import identity
from .workflow import Workflow

SAME, DUPLICATE, CLEARED = Verdict.SAME_PERSON, Verdict.DUPLICATE, Verdict.CLEARED


async def _suspected(workflow: Workflow, *found: Candidate) -> tuple[str, str]:
    """An application that examiners look at, and their task."""
    id = await workflow.applies()
    await workflow.is_identified(*found)
    (task,) = await workflow.tasks()
    return id, task.id


async def test_the_application_goes_on_under_the_person_on_record(workflow: Workflow) -> None:
    id, task = await _suspected(workflow, Candidate("ani", 11.0))

    once = await workflow.examines(task, "budi", SAME, "ani")
    twice = await workflow.examines(task, "citra", SAME, "ani")

    assert (once.adjudication.state, twice.adjudication.state) == (
        TaskState.OPEN,
        TaskState.LINKED,
    )
    case = await workflow.case(id)
    assert (case.state, case.person_id) == (ApplicationState.AWAITING_APPROVAL, "ani")
    assert await workflow.encounter_changes(id) == [
        EncounterChange(id, EncounterStatus.ACTIVE, person_id="ani", reason="seen")
    ]


async def test_only_a_candidate_can_be_the_same_person(workflow: Workflow) -> None:
    _, task = await _suspected(workflow, Candidate("ani", 11.0))

    for verdict, person in ((SAME, "budi"), (SAME, ""), (CLEARED, "ani"), (DUPLICATE, "ani")):
        with pytest.raises(NotACandidate):
            await workflow.examines(task, "citra", verdict, person)


async def test_a_person_with_an_open_application_gets_no_second_one(workflow: Workflow) -> None:
    other = await workflow.applies(type=ApplicationType.RENEWAL, person_id="ani")
    await workflow.is_known(other)
    _, task = await _suspected(workflow, Candidate("ani", 11.0))
    await workflow.examines(task, "budi", SAME, "ani")

    with pytest.raises(ApplicationOpen) as refusal:
        await workflow.examines(task, "citra", SAME, "ani")

    assert refusal.value.metadata == {"application_id": other}


async def test_one_examiner_alone_does_not_clear_a_strong_hit(workflow: Workflow) -> None:
    id, task = await _suspected(workflow, Candidate("ani", 9.0))

    await workflow.examines(task, "budi", CLEARED)
    after_one = await workflow.state(id)
    await workflow.examines(task, "citra", CLEARED)

    assert after_one is ApplicationState.ADJUDICATION
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_one_examiner_clears_a_weak_hit(workflow: Workflow) -> None:
    id, task = await _suspected(workflow, Candidate("ani", 7.9))

    await workflow.examines(task, "budi", CLEARED)

    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_on_appeal_other_examiners_look_and_a_supervisor_answers_for_it(
    workflow: Workflow,
) -> None:
    id, task = await _suspected(workflow, Candidate("ani", 9.0))
    await workflow.examines(task, "budi", DUPLICATE)
    await workflow.examines(task, "citra", DUPLICATE)
    refused = await workflow.encounter_changes(id)

    await workflow.appeals(id, "hadi")
    (again,) = await workflow.tasks()
    with pytest.raises(ExaminedBefore):
        await workflow.claims(again.id, "budi")
    await workflow.examines(again.id, "dewi", CLEARED)
    await workflow.examines(again.id, "eko", CLEARED)

    assert refused == [EncounterChange(id, EncounterStatus.FRAUD, reason="seen")]
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL
    assert await workflow.encounter_changes(id) == [
        EncounterChange(
            id,
            EncounterStatus.ACTIVE,
            reason="seen",
            on_behalf_of="spiffe://ID/office/BJM/user/hadi/role/supervisor",
        )
    ]


async def test_an_appeal_of_which_two_think_differently_is_decided_by_a_third(
    workflow: Workflow,
) -> None:
    id, task = await _suspected(workflow, Candidate("ani", 7.9))
    await workflow.examines(task, "budi", DUPLICATE)
    await workflow.examines(task, "citra", DUPLICATE)
    await workflow.appeals(id)
    (again,) = await workflow.tasks()
    await workflow.examines(again.id, "dewi", DUPLICATE)
    await workflow.examines(again.id, "eko", CLEARED)

    undecided = await workflow.state(id)
    for examiner in ("budi", "citra"):
        with pytest.raises(ExaminedBefore):
            await workflow.claims(again.id, examiner)
    for examiner in ("dewi", "eko"):
        with pytest.raises(SecondExaminerRequired):
            await workflow.claims(again.id, examiner)
    await workflow.examines(again.id, "fitri", CLEARED)

    assert undecided is ApplicationState.ADJUDICATION
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_without_another_examiner_a_supervisor_has_the_fingerprints_taken_again(
    workflow: Workflow,
) -> None:
    id, task = await _suspected(workflow, Candidate("ani", 7.9))
    await workflow.examines(task, "budi", DUPLICATE)
    await workflow.examines(task, "citra", DUPLICATE)
    await workflow.appeals(id)

    await workflow.retakes_biometrics(id, identity("hadi", "supervisor"))
    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    await workflow.is_identified()

    assert await workflow.tasks() == []
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_who_refused_does_not_reopen(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.refuses(id, "agus")

    with pytest.raises(SeparationOfDuties):
        await workflow.appeals(id, "agus")
    await workflow.appeals(id, "hadi")

    case = await workflow.case(id)
    assert (case.state, case.refusal_reason) == (ApplicationState.AWAITING_APPROVAL, None)
