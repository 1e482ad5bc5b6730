"""Who must travel while the matcher is out gets an emergency document that two approve."""

from dataclasses import replace
from datetime import date

import pytest
from issuance.domain.case_errors import BookMade
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.emergency_document import EmergencyDocumentNotAllowed, NoEmergencyDocument
from issuance.domain.outage import OutageScope
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy, OutageRule
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition

from .emergencies import (
    EMERGENCIES,
    asks_in_an_outage,
    is_approved_by_two,
    must_travel,
    need_not_travel,
)
from .people import HOLDER, a_holder, identity
from .verifying import RENEWAL, is_verified_only
from .workflow import Workflow

STATES = ApplicationState


async def test_it_is_made_at_once_and_is_valid_for_the_days_of_the_policy(
    emergencies: Workflow,
) -> None:
    flow = emergencies
    id = await is_approved_by_two(flow, await asks_in_an_outage(flow))
    await flow.plans()
    await flow.job_is_done(id)
    ready = await flow.case(id)

    await flow.hands_over(id)

    assert (ready.state, ready.identification_due) == (STATES.READY, True)
    assert ready.issued_on is not None
    assert (ready.issued_on.isoformat(), ready.expires_on) == (
        "2018-10-26", ready.issued_on.replace(month=12, day=25),
    )  # fmt: skip
    assert await flow.documents(ready.person_id) == [(id, "valid")]
    assert [entry.event.value for entry in await flow.history(id)][5:] == [
        "record_interview", "request_emergency_document", "approve_first", "approve", "release",
        "finish_print", "hand_over",
    ]  # fmt: skip
    assert (await flow.history(id))[6].details.reason.startswith("travels to the funeral")


class TestThePolicyAllowsIt:
    async def test_it_is_refused_where_the_policy_says_nothing(self, workflow: Workflow) -> None:
        await workflow.declares(OutageScope.MATCHER)
        id = await workflow.applies()

        with pytest.raises(EmergencyDocumentNotAllowed):
            await must_travel(workflow, id)
        assert await workflow.state(id) is STATES.IDENTIFYING

    async def test_it_is_refused_without_an_outage(self, emergencies: Workflow) -> None:
        id = await emergencies.applies()

        with pytest.raises(EmergencyDocumentNotAllowed):
            await must_travel(emergencies, id)

    async def test_it_is_refused_for_another_cause(self, emergencies: Workflow) -> None:
        flow = emergencies
        matcher, *others = DEFAULT_POLICY.rules
        fire = OutageRule(matcher.scope, matcher.stops, "fire", emergency_days=30)
        flow.follows(OutagePolicy((fire, matcher, *others)))
        await flow.declares(OutageScope.MATCHER)
        id = await flow.applies()

        with pytest.raises(EmergencyDocumentNotAllowed):
            await must_travel(flow, id)

    @pytest.mark.parametrize("state", ["paid", "awaiting_approval", "ready"])
    async def test_only_who_waits_for_the_identification_gets_one(
        self, emergencies: Workflow, state: str
    ) -> None:
        flow = emergencies
        if state == "paid":
            id = await flow.brings_documents()
        else:
            id = await flow.is_known(await flow.applies())
        if state == "ready":
            await flow.is_released(id)
            await flow.job_is_done(id)
        await flow.declares(OutageScope.MATCHER)

        with pytest.raises((EmergencyDocumentNotAllowed, IllegalTransition)):
            await must_travel(flow, id)

    async def test_who_did_not_match_their_own_record_waits(self, emergencies: Workflow) -> None:
        flow = emergencies
        await flow.declares(OutageScope.MATCHER)
        id = await flow.applies(type=RENEWAL, person_id="ani")
        await flow.is_verified(matches=False)

        with pytest.raises(EmergencyDocumentNotAllowed):
            await must_travel(flow, id)


class TestTwoSupervisorsApprove:
    async def test_one_of_them_is_not_enough(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await asks_in_an_outage(flow)

        await flow.approves(id, "agus")
        with pytest.raises(SeparationOfDuties):
            await flow.approves(id, "agus")
        await flow.plans()

        case = await flow.case(id)
        assert (case.state, case.document_number) == (STATES.AWAITING_APPROVAL, "")
        assert case.first_approved_by == identity("agus", "supervisor").uri

    async def test_nor_one_with_another_role_or_through_a_service(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await asks_in_an_outage(flow)
        await flow.approves(id, "agus")
        service = replace(
            identity("frontdesk", "supervisor"),
            on_behalf_of=identity("agus", "supervisor", "national").uri,
        )

        with pytest.raises(SeparationOfDuties):
            await flow.approves(id, by=service)

    @pytest.mark.parametrize("user", ["siti", "budi"])
    async def test_neither_took_it_in_nor_asked_for_it(
        self, emergencies: Workflow, user: str
    ) -> None:
        flow = emergencies
        await flow.declares(OutageScope.MATCHER)
        id = await must_travel(flow, await flow.applies(), "budi")

        with pytest.raises(SeparationOfDuties):
            await flow.approves(id, user)
        await flow.approves(id, "agus")
        with pytest.raises(SeparationOfDuties):
            await flow.approves(id, user)

    @pytest.mark.parametrize("user", ["agus", "hadi"])
    async def test_neither_hands_it_over(self, emergencies: Workflow, user: str) -> None:
        flow = emergencies
        id = await is_approved_by_two(flow, await asks_in_an_outage(flow))
        await flow.plans()
        await flow.job_is_done(id)

        with pytest.raises(SeparationOfDuties):
            await flow.hands_over(id, user)

    async def test_other_data_are_approved_by_both_again(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await asks_in_an_outage(flow)
        await flow.approves(id, "agus")

        await flow.corrects(id, a_holder("1990-02-28", "Banjarbaru"), identity("siti", "officer"))

        assert (await flow.case(id)).first_approved_by == ""
        await is_approved_by_two(flow, id)
        assert await flow.state(id) is STATES.APPROVED

    async def test_a_print_that_failed_is_approved_again_by_one(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await is_approved_by_two(flow, await asks_in_an_outage(flow))
        await flow.plans()
        await flow.fails(id)

        await flow.approves(id, "agus")

        assert await flow.state(id) is STATES.APPROVED


class TestTheMatcherComesBackBeforeItIsPrinted:
    @pytest.mark.parametrize("approvals", [0, 1, 2])
    async def test_a_passport_is_made_in_its_place(
        self, emergencies: Workflow, approvals: int
    ) -> None:
        flow = emergencies
        id = await asks_in_an_outage(flow)
        for user in ("agus", "hadi")[:approvals]:
            await flow.approves(id, user)

        await flow.is_identified()
        if approvals < 2:
            await flow.approves(id, "agus")
        await flow.plans()
        await flow.job_is_done(id)

        case = await flow.case(id)
        assert (case.state, case.identification_due) == (STATES.READY, False)
        assert (case.makes_emergency_document, case.first_approved_by) == (False, "")
        assert str(case.expires_on) == "2028-10-26"

    async def test_a_print_that_fails_after_that_is_repeated_as_a_passport(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await is_approved_by_two(flow, await asks_in_an_outage(flow))
        await flow.plans()
        await flow.is_identified()
        await flow.job_is_given_up(id)

        await flow.approves(id)
        await flow.plans()
        await flow.job_is_done(id)

        case = await flow.case(id)
        assert (case.state, case.makes_emergency_document) == (STATES.READY, False)
        assert str(case.expires_on) == "2028-10-26"


class TestItIsTakenBack:
    @pytest.mark.parametrize("approvals", [0, 1, 2])
    async def test_and_the_application_waits_for_its_identification(
        self, emergencies: Workflow, approvals: int
    ) -> None:
        flow = emergencies
        id = await asks_in_an_outage(flow)
        for user in ("agus", "hadi")[:approvals]:
            await flow.approves(id, user)

        await need_not_travel(flow, id)

        case = await flow.case(id)
        assert (case.state, case.identification_due) == (STATES.IDENTIFYING, False)
        assert (case.makes_emergency_document, case.first_approved_by) == (False, "")
        await flow.is_identified()
        assert await flow.state(id) is STATES.AWAITING_APPROVAL

    async def test_or_for_its_approval_if_it_was_verified(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await must_travel(flow, await is_verified_only(flow))

        await need_not_travel(flow, id)

        case = await flow.case(id)
        assert (case.state, case.identification_due) == (STATES.AWAITING_APPROVAL, True)
        assert (await flow.history(id))[-1].details.reason == "decision verification, of before"

    async def test_or_for_its_verification_if_that_came_meanwhile(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        await flow.declares(OutageScope.MATCHER)
        id = await must_travel(flow, await flow.applies(type=RENEWAL, person_id="ani"))
        await flow.is_verified()

        await need_not_travel(flow, id)
        await flow.is_verified()

        assert await flow.state(id) is STATES.AWAITING_APPROVAL

    async def test_not_where_a_passport_is_made(self, emergencies: Workflow) -> None:
        id = await emergencies.is_known(await emergencies.applies())

        with pytest.raises(NoEmergencyDocument):
            await need_not_travel(emergencies, id)

    async def test_nor_once_it_is_printed(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await is_approved_by_two(flow, await asks_in_an_outage(flow))
        await flow.plans()

        with pytest.raises(IllegalTransition):
            await need_not_travel(flow, id)


class TestItIsPrintedBeforeAllOthers:
    async def test_at_the_printer_too(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await is_approved_by_two(flow, await asks_in_an_outage(flow))

        await flow.plans()

        task = await flow.task(id, OutboxTaskKind.PRINT)
        assert task.priority_class is PriorityClass.EMERGENCY

    async def test_and_who_applies_is_promised_a_day_after_them(
        self, one_book_a_day: Workflow
    ) -> None:
        flow = one_book_a_day
        flow.follows(EMERGENCIES)
        outage = await flow.declares(OutageScope.MATCHER)
        for _ in range(7):
            await must_travel(flow, await flow.applies())
        await flow.ends(outage)

        id = await flow.applies(priority_class=PriorityClass.EXPEDITED)

        promised = (await flow.case(id)).promised_collection_date
        assert promised == date(2018, 11, 7)
        assert promised == (await flow.office_plan()).collection_dates()[id]


class TestWhoWasVerifiedMustTravel:
    async def test_before_the_book_is_made(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await is_verified_only(flow)
        await flow.approves(id)

        await must_travel(flow, id)
        await is_approved_by_two(flow, id)
        await flow.plans()
        await flow.job_is_done(id)

        assert await flow.state(id) is STATES.READY

    async def test_not_with_a_passport_that_is_held(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await is_verified_only(flow)
        await flow.is_released(id)
        await flow.job_is_done(id)

        with pytest.raises((BookMade, IllegalTransition)):
            await must_travel(flow, id)


async def test_it_is_printed_before_all_others_and_collected_the_same_day(
    one_book_a_day: Workflow,
) -> None:
    flow = one_book_a_day
    flow.follows(EMERGENCIES)
    first = await flow.is_known(await flow.applies())
    await flow.approves(first)
    await flow.declares(OutageScope.MATCHER)
    id = await must_travel(flow, await flow.applies(holder=HOLDER))
    await is_approved_by_two(flow, id)

    await flow.plans()

    assert await flow.state(id) is STATES.PRINTING
    assert await flow.state(first) is STATES.APPROVED
    assert (await flow.office_plan()).collection_dates()[id] == flow.today
