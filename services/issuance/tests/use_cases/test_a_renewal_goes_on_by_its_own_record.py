"""While the matcher can only verify, a renewal goes on, and is identified before the hand-over."""

from typing import Any

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import IdentificationDue
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState
from issuance.domain.waiting_on import ResponsibleParty
from issuance.use_cases.ports import NotYet, UnusableFingers

from .people import a_holder, identity
from .verifying import RENEWAL, RENEWALS_GO_ON, is_printed_unidentified, is_verified_only, restarts
from .workflow import Workflow

OWN_RECORD = Candidate("ani", 14.0)
SUPERVISOR = identity("agus", "supervisor")
VERIFY = OutboxTaskKind.VERIFY


async def test_it_is_approved_printed_and_held_until_it_is_identified(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    id = await is_printed_unidentified(flow)
    held = await flow.case(id)
    with pytest.raises(IdentificationDue):
        await flow.hands_over(id)
    notified_before = [kind for kind, _ in await flow.notices(id)]

    await flow.is_identified(OWN_RECORD)
    ready = await flow.case(id)
    await flow.hands_over(id)

    assert (held.state, held.identification_due) == (ApplicationState.BOOK_HELD, True)
    assert held.decision_id == "verification"
    assert "ready" not in notified_before
    assert (ready.state, ready.identification_due) == (ApplicationState.READY, False)
    assert (ready.decision_id, ready.own_record_first) == ("decision", True)
    assert [kind for kind, _ in await flow.notices(id)] == [*notified_before, "ready"]
    assert await flow.documents("ani") == [(id, "valid")]
    assert [entry.event.value for entry in await flow.history(id)][5:] == [
        "record_interview", "verify", "approve", "release", "hold_book", "identify", "hand_over",
    ]  # fmt: skip


async def test_who_does_not_match_waits_for_the_identification(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id="ani")

    first = await flow.is_verified(matches=False)
    second = await flow.is_verified()
    await restarts(flow)
    after_a_restart = await flow.is_verified()

    assert (first, second, after_a_restart) == (["ani"], [], [])
    assert await flow.state(id) is ApplicationState.IDENTIFYING
    await flow.is_identified(OWN_RECORD)
    assert await flow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_nobody_is_verified_while_the_matcher_identifies(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await flow.applies(type=RENEWAL, person_id="ani")

    asked = await flow.is_verified()
    await flow.is_identified(OWN_RECORD)

    case = await flow.case(id)
    assert (asked, case.identification_due) == ([], False)
    assert await flow.leases(VERIFY) == [], "nor is anybody after that"


async def test_a_matcher_that_identifies_again_in_the_midst_makes_a_verification_needless(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    outage = await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id="ani")
    (verification,) = await flow.leases(VERIFY)

    await flow.ends(outage)
    await flow.is_identified(OWN_RECORD)
    with pytest.raises(NotYet):
        await flow.verifies_late(verification)
    await flow.declares(OutageScope.MATCHER)
    await flow.verifies_late(verification)

    assert not (await flow.case(id)).identification_due
    assert [entry.event.value for entry in await flow.history(id)][-1] == "identify"


@pytest.mark.parametrize(
    "application",
    [
        {"type": ApplicationType.NEW},
        {"type": ApplicationType.REPLACEMENT_DAMAGED, "person_id": "ani"},
    ],
)
async def test_only_types_that_the_policy_names_go_on(
    renewals_go_on: Workflow, application: dict[str, Any]
) -> None:
    await renewals_go_on.declares(OutageScope.MATCHER)
    id = await renewals_go_on.applies(**application)

    assert await renewals_go_on.is_verified() == []
    assert await renewals_go_on.state(id) is ApplicationState.IDENTIFYING


async def test_an_outage_that_ends_and_comes_back_loses_no_verification(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    first = await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id="ani")
    (task,) = await flow.leases(VERIFY)

    await flow.ends(first)
    with pytest.raises(NotYet):
        await flow.verifies_late(task)
    await flow.declares(OutageScope.MATCHER)
    await flow.verifies_late(task)

    assert await flow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_who_cannot_be_verified_any_more_is_not(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id="ani")
    await flow.is_verified(matches=False)
    async with flow.store.begin() as records:
        # As versions did that forgot whom they had compared.
        await flow.apply_transition.add_task(records, VERIFY, await records.cases.get(id))

    asked = await flow.is_verified()

    assert (asked, await flow.leases(VERIFY)) == ([], [])
    assert await flow.state(id) is ApplicationState.IDENTIFYING


async def test_many_who_wait_are_found_at_the_start(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuance.use_cases.verify._BATCH", 2)
    flow = workflow
    await flow.declares(OutageScope.MATCHER)
    people = [f"person {n}" for n in range(5)]
    for person in people:
        await flow.applies(type=RENEWAL, person_id=person)

    flow.follows(RENEWALS_GO_ON)
    await restarts(flow)

    assert sorted(await flow.is_verified()) == people


async def test_without_such_a_policy_all_wait(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.MATCHER)
    id = await workflow.applies(type=RENEWAL, person_id="ani")

    assert await workflow.leases(VERIFY) == []
    assert await workflow.state(id) is ApplicationState.IDENTIFYING


async def test_a_policy_that_is_given_during_the_outage_lets_those_go_on_who_wait(
    workflow: Workflow,
) -> None:
    flow = workflow
    await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id="ani")
    new = await flow.applies()

    flow.follows(RENEWALS_GO_ON)
    for _ in range(2):
        await restarts(flow)
    await flow.is_verified()

    assert await flow.state(id) is ApplicationState.AWAITING_APPROVAL
    assert await flow.state(new) is ApplicationState.IDENTIFYING


async def test_identification_is_due_in_each_state_until_it_is_done(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    awaiting = await is_verified_only(flow, "ani")
    approved = await flow.applies(type=RENEWAL, person_id="budi")
    printing = await flow.applies(type=RENEWAL, person_id="citra")
    failed = await flow.applies(type=RENEWAL, person_id="dian")
    await flow.is_verified()
    await flow.is_released(printing)
    await flow.job_is_taken(printing)
    await flow.is_released(failed)
    await flow.job_is_given_up(failed)
    await flow.approves(approved)

    for id in (awaiting, approved, printing, failed):
        await flow.is_known_alone(id)

    cases = [await flow.case(id) for id in (awaiting, approved, printing, failed)]
    assert [(case.state.value, case.identification_due) for case in cases] == [
        ("awaiting_approval", False),
        ("approved", False),
        ("printing", False),
        ("print_failed", False),
    ]
    await flow.job_has_ended(printing, f"job of {printing}")
    assert await flow.state(printing) is ApplicationState.READY


async def test_a_wait_for_it_is_explained(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await is_verified_only(flow)
    early = await flow.explanation(id)
    await flow.is_released(id)
    await flow.job_is_done(id)

    details, held = await flow.details(id), await flow.explanation(id)

    assert early.identification_due is not None
    assert "identified before the passport is handed over" in early.identification_due.en
    assert details.waiting_on is not None
    assert details.waiting_on.responsible_party is ResponsibleParty.MATCHER
    assert details.outage
    assert held.sped_up_by.en == "the end of the outage of the national matcher"
    assert held.responsible_office == "national"


async def test_no_day_is_promised_before_the_outage_ends(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await is_verified_only(flow)
    await flow.approves(id)
    flow.clock("2018-10-26 14:00")
    dates = (await flow.office_plan()).collection_dates()
    details = await flow.details(id)
    await flow.plans()
    await flow.job_is_done(id)
    held = (await flow.office_plan()).collection_dates()

    assert dates == {id: None}
    assert details.date_tentative
    assert held == {id: None}


async def test_a_clock_stands_still_while_the_book_is_held(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await is_printed_unidentified(flow)

    flow.clock("2018-10-26 12:00")

    clock = (await flow.details(id)).clock
    assert clock.elapsed_time.total_seconds() == 3 * 3600
    assert clock.service_time.total_seconds() == 0


async def test_fingers_that_cannot_be_searched_for_are_taken_again(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    id = await is_printed_unidentified(flow)

    await flow.matcher_answers(UnusableFingers("too dry"))
    rejected = await flow.state(id)
    await flow.gives_fingers(id)
    await flow.is_interviewed(id)
    waits = await flow.is_verified()
    await flow.is_identified(OWN_RECORD)
    await flow.approves(id)

    assert (rejected, waits) == (ApplicationState.PAID, [])
    assert await flow.state(id) is ApplicationState.READY
    assert await flow.documents("ani") == [(id, "made")]


async def test_a_held_book_needs_no_second_photo(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    id = await is_printed_unidentified(flow)
    await flow.matcher_answers(UnusableFingers("too dry"))
    flow.clock("2019-10-28 09:00")
    async with flow.store.begin() as records:
        assert await records.portraits.delete_idle(flow.now_is)

    await flow.gives_fingers(id)
    await flow.is_interviewed(id)
    await flow.is_identified(OWN_RECORD)
    await flow.approves(id)

    assert (await flow.case(id)).portrait_accepted_at is None
    assert await flow.state(id) is ApplicationState.READY


class TestWaysOut:
    async def test_a_withdrawal_ends_the_identification_too(self, renewals_go_on: Workflow) -> None:
        flow = renewals_go_on
        id = await is_printed_unidentified(flow)

        await flow.withdraws(id)

        assert await flow.leases(OutboxTaskKind.IDENTIFY) == []
        assert [each.status.value for each in await flow.encounter_changes(id)] == ["deleted"]
        assert await flow.documents("ani") == [(id, "revoked")]
        assert not (await flow.case(id)).identification_due

    @pytest.mark.parametrize("approved", [False, True])
    async def test_who_is_refused_is_not_identified_and_gives_fingers_again_on_appeal(
        self, renewals_go_on: Workflow, approved: bool
    ) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        if approved:
            await flow.approves(id)
        await flow.refuses(id)
        refused = [each.status.value for each in await flow.encounter_changes(id)]
        left = await flow.leases(OutboxTaskKind.IDENTIFY)

        await flow.appeals(id)
        reopened = await flow.case(id)
        await flow.gives_fingers(id)
        await flow.is_interviewed(id)
        verified = await flow.is_verified()
        (task,) = await flow.leases(OutboxTaskKind.IDENTIFY)

        assert (refused, left) == (["deleted"], [])
        assert (reopened.state, reopened.identification_due) == (ApplicationState.PAID, False)
        assert verified == [], "somebody had doubts"
        assert (await flow.asked_about(task)).encounter_id == f"{id}.2"

    async def test_fingers_taken_again_wait_for_the_identification(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)

        await flow.retakes_biometrics(id, SUPERVISOR)
        await flow.gives_fingers(id)
        await flow.is_interviewed(id)

        first = await flow.is_verified()
        await restarts(flow)

        assert (first, await flow.is_verified()) == ([], [])
        case = await flow.case(id)
        assert (case.state, case.identification_due) == (ApplicationState.IDENTIFYING, False)

    async def test_other_data_leave_the_identification_due(self, renewals_go_on: Workflow) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        await flow.approves(id)

        await flow.corrects(id, a_holder("1991-03-01"), identity("siti", "officer"))

        case = await flow.case(id)
        assert (case.state.value, case.identification_due) == ("awaiting_approval", True)
        await flow.is_known_alone(id)
        assert not (await flow.case(id)).identification_due


async def test_the_identification_is_asked_under_the_id_it_was_recorded_with(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id="ani")
    (before,) = await flow.leases(OutboxTaskKind.IDENTIFY)

    await flow.is_verified()

    async with flow.store.read() as records:
        assert await records.outbox.is_pending(id, OutboxTaskKind.IDENTIFY)
        assert await records.fingers.of(id) == b"fingers"
    assert (await flow.asked_about(before)).encounter_id == id
