"""Nobody is turned away for want of fingers, and nobody evades identification by it."""

from datetime import date

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.fingers import (
    FingerPosition,
    FingerSubmission,
    FingersWereUsable,
    IdentityEvidenceRequired,
    MissingReason,
)
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.use_cases.ports import UnusableFingers
from issuance.use_cases.record_interview import Interview

from .people import identity
from .workflow import Workflow

TEN = list(FingerPosition)
NO_FINGERS = FingerSubmission(TEN, dict.fromkeys(TEN, MissingReason.AMPUTATED))
BANDAGED = FingerSubmission(
    TEN, dict.fromkeys(TEN, MissingReason.BANDAGED), come_back_on=date(2018, 11, 16)
)
KNOWN = Interview(identity_evidence="identity card, family card, village head")


async def _applies(workflow: Workflow, **application: object) -> str:
    id = await workflow.brings_documents(fingers=NO_FINGERS, **application)  # type: ignore[arg-type]
    return await workflow.is_interviewed(id, interview=KNOWN)


async def test_two_persons_decide_and_a_third_approves(workflow: Workflow) -> None:
    id = await _applies(workflow)
    waiting = await workflow.case(id)
    asked = await workflow.leases(OutboxTaskKind.IDENTIFY)

    await workflow.establishes_identity(id, "agus")
    with pytest.raises(SeparationOfDuties):
        await workflow.approves(id, "agus")
    await workflow.approves(id, "hadi")
    await workflow.plans()
    await workflow.job_is_done(id)
    await workflow.hands_over(id)

    case = await workflow.case(id)
    assert (waiting.state, asked) == (ApplicationState.IDENTITY_REVIEW, [])
    assert (case.state, case.without_fingerprints) == (ApplicationState.HANDED_OVER, True)
    assert await workflow.encounter_changes(id) == []
    told = {str(entry.event): entry.details.reason for entry in await workflow.history(id)}
    assert told["declare_no_fingerprints"].startswith("right_thumb amputated, ")
    assert told["interview_without_fingerprints"] == KNOWN.identity_evidence
    assert told["establish_identity"] == "as in the family card"


async def test_who_took_a_step_of_the_intake_does_not_decide(workflow: Workflow) -> None:
    id = await _applies(workflow)

    with pytest.raises(SeparationOfDuties):
        await workflow.establishes_identity(id, "siti")


async def test_the_interview_says_how_the_applicant_is_known(workflow: Workflow) -> None:
    id = await workflow.brings_documents(fingers=NO_FINGERS)

    with pytest.raises(IdentityEvidenceRequired) as refusal:
        await workflow.is_interviewed(id)

    assert refusal.value.field == "identity_evidence"


async def test_bandaged_fingers_are_taken_when_they_have_healed(workflow: Workflow) -> None:
    id = await workflow.brings_documents(fingers=BANDAGED)
    waiting = (await workflow.details(id)).waiting_on

    await workflow.gives_fingers(id)
    taken = await workflow.case(id)

    assert waiting is not None
    assert waiting.responsible_party == "applicant"
    assert "16 November 2018" in waiting.what.en
    assert taken.state is ApplicationState.BIOMETRICS_TAKEN


async def test_fingers_that_the_matcher_cannot_use_may_be_declared(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.matcher_answers(UnusableFingers("POOR_QUALITY"))

    await workflow.shows_fingers(id, NO_FINGERS)

    assert (await workflow.case(id)).without_fingerprints


async def test_fingers_that_the_matcher_has_compared_cannot_go_missing(workflow: Workflow) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))

    with pytest.raises(FingersWereUsable, match=r"bandaged .* comes back; .* withdraw"):
        await workflow.shows_fingers(id, NO_FINGERS)


async def test_fingers_that_were_compared_are_taken_again_when_they_have_healed(
    workflow: Workflow,
) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))

    await workflow.shows_fingers(id, BANDAGED)
    waiting = await workflow.case(id)
    workflow.clock("2018-11-16 09:00")
    await workflow.gives_fingers(id)
    await workflow.is_known(await workflow.is_interviewed(id))

    assert (waiting.state, waiting.come_back_on) == (ApplicationState.PAID, date(2018, 11, 16))
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_who_lost_fingers_that_were_compared_applies_again(workflow: Workflow) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))

    await workflow.withdraws(id)
    again = await _applies(workflow)

    assert await workflow.state(again) is ApplicationState.IDENTITY_REVIEW


async def test_fingers_that_can_be_captured_after_all_are_identified(workflow: Workflow) -> None:
    id = await _applies(workflow)
    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))

    await workflow.gives_fingers(id)
    await workflow.is_known(await workflow.is_interviewed(id))

    case = await workflow.case(id)
    assert (case.state, case.without_fingerprints) == (ApplicationState.AWAITING_APPROVAL, False)
    assert [change.encounter_id for change in await workflow.encounter_changes(id)] == [
        case.encounter_id
    ]


@pytest.mark.parametrize("decided", [False, True])
async def test_an_appeal_begins_with_the_identity_again(workflow: Workflow, decided: bool) -> None:
    id = await _applies(workflow)
    if decided:
        await workflow.establishes_identity(id, "hadi")
    await workflow.refuses(id, "agus")

    with pytest.raises(SeparationOfDuties):
        await workflow.appeals(id, "agus")
    await workflow.appeals(id, "hadi")

    assert (await workflow.case(id)).state is ApplicationState.IDENTITY_REVIEW
    assert await workflow.encounter_changes(id) == []


@pytest.mark.parametrize("decided", [False, True])
async def test_a_withdrawal_asks_nothing_of_the_matcher(workflow: Workflow, decided: bool) -> None:
    id = await _applies(workflow)
    if decided:
        await workflow.establishes_identity(id)

    await workflow.withdraws(id)

    assert (await workflow.case(id)).state is ApplicationState.WITHDRAWN
    assert await workflow.encounter_changes(id) == []


async def test_a_renewal_without_fingers_revokes_the_earlier_document(workflow: Workflow) -> None:
    first = await workflow.becomes_ready()
    await workflow.hands_over(first)
    person = (await workflow.case(first)).person_id
    id = await _applies(workflow, type=ApplicationType.RENEWAL, person_id=person)
    await workflow.establishes_identity(id, "agus")
    await workflow.approves(id, "hadi")
    await workflow.plans()
    await workflow.job_is_done(id)

    await workflow.hands_over(id)

    assert await workflow.documents(person) == [(first, "revoked"), (id, "valid")]


async def test_the_status_counts_them_by_office(workflow: Workflow) -> None:
    id = await _applies(workflow)
    await workflow.withdraws(id)
    await workflow.applies()

    async with workflow.store.read() as records:
        counted = await records.case_counts.without_fingerprints()

    assert counted == {"BJM": 1}
