"""The matcher's database was restored: what it lost is found, and no passport rests on it."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.enrolment import EnrolmentLost, EnrolmentUnconfirmed
from issuance.domain.open_item import ResolutionReason, StepNeeded
from issuance.domain.states import ApplicationState
from issuance.use_cases.ports import NotYet
from servicekit.errors import DomainError

from .people import identity
from .remembering_matcher import RememberingMatcher, is_identified, is_restored
from .verifying import is_reopened_and_identified
from .workflow import Workflow

S, E = ApplicationState, EncounterStatus


@pytest.fixture
def matcher() -> RememberingMatcher:
    return RememberingMatcher()


async def test_a_lost_applicant_is_captured_again(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id, other = await is_identified(workflow), await is_identified(workflow)
    await workflow.watches(matcher)
    matcher.has(other)

    await is_restored(workflow, matcher)

    assert await workflow.state(id) is S.PAID
    assert await workflow.state(other) is S.AWAITING_APPROVAL
    assert await workflow.lost_enrolments() == [id]
    assert (await workflow.notices(id))[-1][0] == "recapture"
    assert (await workflow.history(id))[-1].details.reason == "the matcher has lost the enrolment"


async def test_the_item_ends_when_the_matcher_has_the_new_fingers(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    await workflow.watches(matcher)
    await is_restored(workflow, matcher)

    await workflow.gives_fingers(id)
    await workflow.is_interviewed(id)
    between = await workflow.lost_enrolments()
    await workflow.is_identified()

    assert between == [id]
    assert await workflow.lost_enrolments() == []
    assert await workflow.state(id) is S.AWAITING_APPROVAL
    assert (await workflow.case(id)).encounter_id == f"{id}.2"


@pytest.mark.parametrize("state", [S.ADJUDICATION, S.AWAITING_APPROVAL, S.APPROVED, S.PRINT_FAILED])
async def test_from_every_state_without_a_book_on_its_way(
    workflow: Workflow, matcher: RememberingMatcher, state: ApplicationState
) -> None:
    id = await workflow.applies()
    await workflow.is_identified(*([Candidate("other", 12.0)] if state is S.ADJUDICATION else []))
    if state in (S.APPROVED, S.PRINT_FAILED):
        await workflow.approves(id)
    if state is S.PRINT_FAILED:
        await workflow.plans()
        await workflow.fails(id)
    await workflow.watches(matcher)
    before = await workflow.state(id)

    await is_restored(workflow, matcher)

    assert before is state
    assert await workflow.state(id) is S.PAID
    assert (await workflow.case(id)).print_failure is None


async def test_a_passport_on_its_way_is_finished_and_remains_an_open_item(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.is_released(id)
    await workflow.watches(matcher)

    await is_restored(workflow, matcher)
    await workflow.job_is_done(id)
    await workflow.hands_over(id)

    assert await workflow.state(id) is S.HANDED_OVER
    assert await workflow.lost_enrolments() == [id]


async def test_if_its_print_fails_it_goes_back_too(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.is_released(id)
    await workflow.watches(matcher)
    await is_restored(workflow, matcher)

    await workflow.fails(id)
    with pytest.raises(EnrolmentLost):
        await workflow.approves(id)
    await workflow.watches(matcher)

    assert await workflow.state(id) is S.PAID


async def test_an_item_of_a_passport_ends_when_its_holder_is_enrolled_again(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await workflow.becomes_ready()
    await workflow.hands_over(id)
    await workflow.watches(matcher)
    await is_restored(workflow, matcher)
    before = await workflow.lost_enrolments()

    person, number = (await workflow.case(id)).person_id, (await workflow.case(id)).document_number
    await workflow.reports_lost(number)
    await workflow.is_known(await workflow.applies(**workflow.replacement(person, number)))

    assert before == [id]
    assert await workflow.lost_enrolments() == []


async def test_or_when_somebody_says_why_that_cannot_be(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await workflow.becomes_ready()
    await workflow.hands_over(id)
    await workflow.watches(matcher)
    await is_restored(workflow, matcher)

    settled = await workflow.settles(
        f"lost-enrolment:{id}", ResolutionReason.OTHER, identity("agus", "supervisor"), "emigrated"
    )
    await is_restored(workflow, matcher)

    assert settled.problem == "the matcher has lost the enrolment: capture the person again"
    assert await workflow.lost_enrolments() == []


async def test_not_while_the_person_can_be_captured_for_the_application(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    await workflow.watches(matcher)
    await is_restored(workflow, matcher)

    with pytest.raises(StepNeeded):
        await workflow.settles(
            f"lost-enrolment:{id}", ResolutionReason.OTHER, identity("agus", "supervisor")
        )

    assert await workflow.lost_enrolments() == [id]


async def test_nothing_is_approved_before_it_was_compared(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    matcher.has(id)
    await workflow.watches(matcher)
    matcher.epoch, matcher.answers_left = "epoch-2", 0

    await workflow.watches(matcher)
    with pytest.raises(EnrolmentUnconfirmed):
        await workflow.approves(id)
    matcher.answers_left = 1
    await workflow.watches(matcher)

    await workflow.approves(id)
    assert await workflow.state(id) is S.APPROVED


async def test_nor_is_what_was_approved_printed(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    matcher.has(id)
    await workflow.watches(matcher)
    await workflow.approves(id)
    matcher.epoch, matcher.answers_left = "epoch-2", 0
    await workflow.watches(matcher)

    await workflow.plans()
    before = await workflow.state(id)
    matcher.answers_left = 1
    await workflow.watches(matcher)
    await workflow.plans()

    assert before is S.APPROVED
    assert await workflow.state(id) is S.PRINTING


async def test_what_is_identified_meanwhile_is_approved_at_once(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    matcher.has(await is_identified(workflow))
    await workflow.watches(matcher)
    matcher.answers_left = 0
    await is_restored(workflow, matcher)

    await workflow.approves(await is_identified(workflow))


async def test_it_goes_on_where_it_was_when_the_matcher_went_away(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    ids = [await is_identified(workflow) for _ in range(6)]
    for id in ids[:3]:
        matcher.has(id)
    await workflow.watches(matcher)
    matcher.answers_left = 4

    await is_restored(workflow, matcher)
    matcher.answers_left = 1_000_000
    await workflow.watches(matcher)

    assert await workflow.lost_enrolments() == ids[3:]
    assert set(matcher.asked) == set(ids)


async def test_it_stops_after_many_that_are_there(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    ids = [await is_identified(workflow) for _ in range(8)]
    for id in ids[:6]:
        matcher.has(id)
    await workflow.watches(matcher)

    await is_restored(workflow, matcher)

    assert await workflow.lost_enrolments() == ids[6:]
    # Two are gone; four in a row are enough here.
    assert sorted(matcher.asked) == sorted(ids[2:])


async def test_a_second_restore_begins_anew_and_forgets_nothing_of_the_first(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    ids = [await is_identified(workflow) for _ in range(6)]
    for id in ids[1:]:
        matcher.has(id)
    await workflow.watches(matcher)
    matcher.answers_left = 2
    await is_restored(workflow, matcher)

    matcher.answers_left = 1_000_000
    await is_restored(workflow, matcher)

    assert await workflow.lost_enrolments() == ids[:1]


async def test_the_same_past_is_compared_with_nothing(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    await is_identified(workflow)

    for change in (100, 100, 250):
        matcher.latest_change = change
        await workflow.watches(matcher)

    assert matcher.asked == []


async def test_a_restore_that_nobody_told_of_is_noticed_by_fewer_changes(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    await workflow.watches(matcher)
    matcher.latest_change = 99

    await workflow.watches(matcher)

    assert await workflow.lost_enrolments() == [id]


async def test_a_refused_application_is_nobodys_item_until_it_is_taken_up_again(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    await workflow.refuses(id)
    await workflow.sets_statuses()
    await workflow.watches(matcher)
    await is_restored(workflow, matcher)
    refused = await workflow.lost_enrolments()

    await workflow.appeals(id)
    await workflow.watches(matcher)

    assert refused == []
    assert await workflow.lost_enrolments() == [id]
    assert await workflow.state(id) is S.PAID


async def test_who_appeals_before_an_identification_is_compared_by_the_new_fingers(
    renewals_go_on: Workflow, matcher: RememberingMatcher
) -> None:
    flow = renewals_go_on
    id = await is_reopened_and_identified(flow)
    await flow.sets_statuses()
    await flow.watches(matcher)

    await is_restored(flow, matcher)

    assert matcher.asked == [f"{id}.2"]
    assert await flow.lost_enrolments() == [id]


async def test_two_replicas_lose_nobody_twice(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await is_identified(workflow)
    await workflow.watches(matcher)
    matcher.epoch = "epoch-2"

    await workflow.watches(matcher, replicas=2)

    events = [entry.event.value for entry in await workflow.history(id)]
    assert events.count("retake_biometrics") == 1


async def test_an_answer_from_before_the_restore_counts_for_nothing(
    workflow: Workflow, matcher: RememberingMatcher
) -> None:
    id = await workflow.applies()
    await workflow.watches(matcher)

    async def is_restored_meanwhile() -> None:
        matcher.epoch = "epoch-2"
        await workflow.watches(matcher)

    with pytest.raises(NotYet):
        await workflow.is_identified(meanwhile=is_restored_meanwhile)

    assert await workflow.state(id) is S.IDENTIFYING
    assert await workflow.fingers(id) == b"fingers"


def test_both_refusals_say_what_to_do() -> None:
    errors: list[DomainError] = [EnrolmentLost(), EnrolmentUnconfirmed()]
    assert [error.reason for error in errors] == ["ENROLMENT_LOST", "ENROLMENT_UNCONFIRMED"]
