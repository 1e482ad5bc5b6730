"""Whom examiners found to be another one after the hand-over is looked at by others on appeal."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import AdjudicationTask, ExaminedBefore, OwnCase, Verdict
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.encounter_change import EncounterChange, EncounterStatus, decode_changes
from issuance.domain.events import ApplicationEvent
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.domain.waiting_on import ResponsibleParty

from .emergencies import OTHER, has_emergency_document, is_found_a_duplicate
from .verifying import RENEWAL
from .workflow import Workflow

STATES = ApplicationState


async def _open_task(flow: Workflow) -> AdjudicationTask:
    (task,) = [each for each in await flow.tasks() if each.closed_at is None]
    return task


async def _is_decided(
    flow: Workflow, verdict: Verdict, *examiners: str, person_id: str = ""
) -> None:
    task = await _open_task(flow)
    for examiner in examiners:
        await flow.examines(task.id, examiner, verdict, person_id)


async def _asked_of_the_matcher(flow: Workflow) -> list[EncounterChange]:
    """What the matcher is to do with encounters."""
    tasks = await flow.leases(OutboxTaskKind.SET_ENCOUNTER_STATUS)
    return [change for task in tasks for change in decode_changes(task.payload, task.case)]


async def test_it_goes_to_examiners_who_had_no_part_in_it(emergencies: Workflow) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)

    await flow.appeals(id, "rini")

    again = await _open_task(flow)
    assert await flow.state(id) is STATES.HANDED_OVER
    assert again.candidates == (OTHER,)
    for examiner in ("budi", "dewi"):
        with pytest.raises(ExaminedBefore):
            await flow.claims(again.id, examiner)
    for user in ("siti", "agus", "hadi", "wati", "rini"):
        with pytest.raises(OwnCase):
            await flow.claims(again.id, user)


@pytest.mark.parametrize("examiner", ["budi", "dewi"])
async def test_who_examined_it_does_not_grant_the_appeal(
    emergencies: Workflow, examiner: str
) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)

    with pytest.raises(SeparationOfDuties):
        await flow.appeals(id, examiner)

    assert await flow.state(id) is STATES.REFUSED


async def test_until_it_is_decided_it_is_an_open_item_and_no_other_application_begins(
    emergencies: Workflow,
) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)
    person = (await flow.case(id)).person_id

    await flow.appeals(id, "rini")

    items = [item for _, item in await flow.open_items() if isinstance(item, UnidentifiedHolder)]
    assert [(item.case, item.waiting_on.responsible_party) for item in items] == [
        (id, ResponsibleParty.EXAMINER)
    ]
    assert await _asked_of_the_matcher(flow) == [
        EncounterChange(id, EncounterStatus.FRAUD, "", "seen")
    ]
    with pytest.raises(ApplicationOpen):
        await flow.applies(type=RENEWAL, person_id=person)


async def test_two_clear_the_holder_and_the_document_stays_revoked(emergencies: Workflow) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)
    await flow.appeals(id, "rini")

    await _is_decided(flow, Verdict.CLEARED, "fauzi")
    after_one = (await flow.case(id)).identification_due
    await _is_decided(flow, Verdict.CLEARED, "ratna")

    case = await flow.case(id)
    assert after_one
    assert (case.state, case.identification_due) == (STATES.HANDED_OVER, False)
    assert case.refusal_reason is None
    assert await flow.documents(case.person_id) == [(id, "revoked")]
    assert await flow.last_notice(id) == (
        "identity_settled",
        "Your identification is done. You can apply for a passport.",
    )
    assert [
        item for _, item in await flow.open_items() if isinstance(item, UnidentifiedHolder)
    ] == []


async def test_the_matcher_takes_the_fraud_back_on_behalf_of_who_granted_the_appeal(
    emergencies: Workflow,
) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)
    await flow.appeals(id, "rini")

    await _is_decided(flow, Verdict.CLEARED, "fauzi", "ratna")

    granted_by = "spiffe://ID/office/BJM/user/rini/role/supervisor"
    assert await _asked_of_the_matcher(flow) == [
        EncounterChange(id, EncounterStatus.ACTIVE, "", "seen", granted_by)
    ]


async def test_who_is_cleared_applies_for_a_passport(emergencies: Workflow) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)
    await flow.appeals(id, "rini")
    await _is_decided(flow, Verdict.CLEARED, "fauzi", "ratna")
    case = await flow.case(id)

    following = await flow.becomes_ready(
        type=RENEWAL, person_id=case.person_id, document_number=case.document_number
    )
    await flow.hands_over(following)

    assert await flow.documents(case.person_id) == [(id, "revoked"), (following, "valid")]


async def test_a_holder_with_two_records_becomes_the_one_person(emergencies: Workflow) -> None:
    flow = emergencies
    earlier = await flow.becomes_ready()
    await flow.hands_over(earlier)
    person = (await flow.case(earlier)).person_id
    id = await has_emergency_document(flow)
    await flow.is_identified(Candidate(person, 12.0))
    await _is_decided(flow, Verdict.DUPLICATE, "budi", "dewi")
    await flow.appeals(id, "rini")

    await _is_decided(flow, Verdict.SAME_PERSON, "fauzi", "ratna", person_id=person)

    case = await flow.case(id)
    assert (case.person_id, case.identification_due) == (person, False)
    assert await flow.documents(person) == [(earlier, "valid"), (id, "revoked")]
    assert await flow.last_notice(id) == ("identity_settled", "Your identification is done.")


async def test_a_second_confirmation_stands_until_another_appeal(emergencies: Workflow) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)
    await flow.appeals(id, "rini")

    await _is_decided(flow, Verdict.DUPLICATE, "fauzi", "ratna")
    refused = await flow.case(id)
    await flow.appeals(id, "joko")

    assert (refused.state, refused.identification_due) == (STATES.REFUSED, False)
    assert [kind for kind, _ in await flow.notices(id)][-1] == "refused"
    with pytest.raises(ExaminedBefore):
        await flow.claims((await _open_task(flow)).id, "ratna")


async def test_the_history_says_so(emergencies: Workflow) -> None:
    flow = emergencies
    id = await is_found_a_duplicate(flow)

    await flow.appeals(id, "rini")

    entry = (await flow.history(id))[-1]
    assert (entry.event, entry.source, entry.target) == (
        ApplicationEvent.REEXAMINE_HOLDER,
        STATES.REFUSED,
        STATES.HANDED_OVER,
    )


async def test_a_refused_passport_that_was_made_has_no_appeal_but_another_application(
    emergencies: Workflow,
) -> None:
    flow = emergencies
    id = await flow.becomes_ready()
    await flow.refuses(id, "rini")

    with pytest.raises(IllegalTransition):
        await flow.appeals(id, "joko")

    person = (await flow.case(id)).person_id
    following = await flow.applies(type=RENEWAL, person_id=person)
    assert await flow.state(following) is STATES.IDENTIFYING
