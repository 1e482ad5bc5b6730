"""A merge is undone: what was found of an applicant as the other person is not found of them."""

import pytest
from issuance.domain.adjudication_referral import AdjudicationCause, Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.case_errors import AtThePrinter
from issuance.domain.events import ApplicationEvent
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState

from .merging import ANI, BUDI, RENEWAL, is_undone, renews_and_is_found_twice
from .people import identity
from .verifying import is_printed_unidentified, is_verified_only
from .workflow import Workflow

S = ApplicationState
CITRA = Candidate("citra", 9.0)


async def _is_merged(flow: Workflow) -> str:
    """Ani is budi; the application by which that was found is withdrawn."""
    merged = await renews_and_is_found_twice(flow)
    await flow.withdraws(merged)
    return merged


async def _open_task(flow: Workflow) -> tuple[AdjudicationCause, list[str], str]:
    """Return cause, candidates and claimed person of the only task that is not decided."""
    (task,) = await flow.tasks()
    return task.cause, [each.person_id for each in task.candidates], task.person_id


@pytest.mark.parametrize("approved", [False, True])
async def test_who_was_verified_is_verified_by_their_own_record(
    renewals_go_on: Workflow, approved: bool
) -> None:
    flow = renewals_go_on
    merged = await _is_merged(flow)
    id = await is_verified_only(flow, "ani")
    if approved:
        await flow.approves(id)

    await is_undone(flow, merged, id)
    case, last = await flow.case(id), (await flow.history(id))[-1]
    compared = await flow.is_verified()

    assert (case.person_id, case.state) == ("ani", S.IDENTIFYING)
    assert (case.decision_id, case.identification_due) == ("", False)
    assert (last.event, last.details.reason) == (ApplicationEvent.DISCARD_VERIFICATION, "twins")
    assert compared == ["ani"]
    assert await flow.state(id) is S.AWAITING_APPROVAL


async def test_or_identified_by_the_fingers_that_wait_for_that(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    merged = await _is_merged(flow)
    id = await is_verified_only(flow, "ani")

    await is_undone(flow, merged, id)
    await flow.is_identified(ANI)

    case = await flow.case(id)
    assert (case.state, case.own_record_first) == (S.AWAITING_APPROVAL, True)
    assert await flow.leases(OutboxTaskKind.VERIFY) == []


async def test_a_book_that_was_made_is_held_for_the_identification(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    merged = await _is_merged(flow)
    id = await is_printed_unidentified(flow, "ani")

    await is_undone(flow, merged, id)
    held = await flow.case(id)
    await flow.is_identified(ANI)

    assert (held.state, held.decision_id, held.identification_due) == (S.BOOK_HELD, "", True)
    assert await flow.state(id) is S.READY


async def test_who_did_not_match_the_other_may_match_their_own_record(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    merged = await _is_merged(flow)
    await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id="ani")
    await flow.is_verified(matches=False)

    await is_undone(flow, merged, id)

    assert await flow.is_verified() == ["ani"]
    assert await flow.state(id) is S.AWAITING_APPROVAL


@pytest.mark.parametrize("approved", [False, True])
async def test_who_was_identified_goes_to_examiners(workflow: Workflow, approved: bool) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI)
    if approved:
        await workflow.approves(id)

    await is_undone(workflow, merged, id)
    case, last = await workflow.case(id), (await workflow.history(id))[-1]

    assert (case.person_id, case.state, case.own_record_first) == ("ani", S.ADJUDICATION, False)
    assert last.event is ApplicationEvent.REFER_TO_EXAMINERS
    assert await _open_task(workflow) == (AdjudicationCause.OTHER_PERSON_FOUND, ["budi"], "ani")


async def test_two_of_them_clear_and_it_goes_on(workflow: Workflow) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI)
    await is_undone(workflow, merged, id)
    (task,) = await workflow.tasks()

    await workflow.examines(task.id, "eko", Verdict.CLEARED)
    between = await workflow.state(id)
    await workflow.examines(task.id, "fitri", Verdict.CLEARED)

    assert between is S.ADJUDICATION
    assert await workflow.state(id) is S.AWAITING_APPROVAL
    assert [each.person_id for each in await workflow.encounter_changes(id)] == ["ani"]


async def test_what_examiners_look_at_has_the_other_person_too(workflow: Workflow) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI, CITRA)
    (before,) = await workflow.tasks()

    await is_undone(workflow, merged, id)

    assert [each.person_id for each in before.candidates] == ["citra"]
    task = AdjudicationCause.OTHER_PERSON_FOUND, ["budi", "citra"], "ani"
    assert await _open_task(workflow) == task


async def test_whoever_was_not_found_as_the_other_is_examined_for_that_alone(
    workflow: Workflow,
) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified()

    await is_undone(workflow, merged, id)

    assert await _open_task(workflow) == (AdjudicationCause.OWN_RECORD_MISSING, [], "ani")


async def test_a_finished_passport_is_not_handed_over_before_that(workflow: Workflow) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI)
    await workflow.is_released(id)
    await workflow.job_is_done(id)

    await is_undone(workflow, merged, id)
    between = await workflow.state(id)
    (task,) = await workflow.tasks()
    for examiner in ("eko", "fitri"):
        await workflow.examines(task.id, examiner, Verdict.CLEARED)
    await workflow.approves(id, "agus")

    assert between is S.ADJUDICATION
    assert await workflow.state(id) is S.READY


async def test_one_that_is_not_at_the_printer_yet_is_not_printed(workflow: Workflow) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI)
    await workflow.is_released(id)

    await is_undone(workflow, merged, id)

    case = await workflow.case(id)
    assert (case.state, case.released_on) == (S.ADJUDICATION, None)
    assert await workflow.leases(OutboxTaskKind.PRINT) == []


async def test_while_a_printer_may_have_it_the_merge_is_not_undone(workflow: Workflow) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI)
    await workflow.is_released(id)
    await workflow.leases(OutboxTaskKind.PRINT)

    with pytest.raises(AtThePrinter):
        await is_undone(workflow, merged, id)

    case = await workflow.case(id)
    assert (case.person_id, case.state) == ("budi", S.PRINTING)


async def test_the_application_that_was_examined_goes_on_by_what_was_found_before(
    workflow: Workflow,
) -> None:
    merged = await renews_and_is_found_twice(workflow)

    await is_undone(workflow, merged)

    case = await workflow.case(merged)
    assert (case.state, case.own_record_first) == (S.AWAITING_APPROVAL, True)


async def test_but_not_by_what_was_found_of_it_since(workflow: Workflow) -> None:
    merged = await renews_and_is_found_twice(workflow)
    await workflow.retakes_biometrics(merged, identity("hadi", "supervisor"))
    await workflow.gives_fingers(merged)
    await workflow.is_interviewed(merged)
    await workflow.is_identified(BUDI)

    await is_undone(workflow, merged)

    assert await _open_task(workflow) == (AdjudicationCause.OTHER_PERSON_FOUND, ["budi"], "ani")


async def test_what_stays_with_the_one_person_stays_as_it_is(workflow: Workflow) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="budi")
    await workflow.is_identified(BUDI)

    await is_undone(workflow, merged)

    assert await workflow.state(id) is S.AWAITING_APPROVAL


async def test_who_had_been_refused_by_then_goes_to_examiners_on_appeal(
    workflow: Workflow,
) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI)
    await workflow.refuses(id)
    await is_undone(workflow, merged, id)
    refused = await workflow.state(id)

    await workflow.appeals(id)

    assert (refused, await workflow.state(id)) == (S.REFUSED, S.ADJUDICATION)
    assert await _open_task(workflow) == (AdjudicationCause.OTHER_PERSON_FOUND, ["budi"], "ani")


async def test_whoever_examines_on_appeal_looks_at_the_other_person_too(
    workflow: Workflow,
) -> None:
    merged = await _is_merged(workflow)
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    await workflow.is_identified(BUDI, CITRA)
    (task,) = await workflow.tasks()
    for examiner in ("ivan", "joko"):
        await workflow.examines(task.id, examiner, Verdict.DUPLICATE)
    await is_undone(workflow, merged, id)

    await workflow.appeals(id)

    found = AdjudicationCause.OTHER_PERSON_FOUND, ["budi", "citra"], "ani"
    assert await _open_task(workflow) == found


async def test_an_appeal_of_the_application_that_was_examined_is_by_what_was_found_before(
    workflow: Workflow,
) -> None:
    merged = await renews_and_is_found_twice(workflow)
    await workflow.refuses(merged)
    await is_undone(workflow, merged)

    await workflow.appeals(merged)

    assert await workflow.state(merged) is S.AWAITING_APPROVAL
