"""Who was verified only and is found under another identity goes to examiners from any state."""

from dataclasses import replace

import pytest
from issuance.domain import case_identification
from issuance.domain.adjudication_task import Verdict
from issuance.domain.case_errors import AtThePrinter, BookMade, IdentificationDue
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_job_event import JobOutcome
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from issuance.store.outbox_records import IMMEDIATELY
from issuance.use_cases.ports import NotYet, Unavailable

from .people import HOLDER, identity
from .scripted_printer import ScriptedPrinter
from .verifying import (
    OTHER,
    RENEWAL,
    is_decided,
    is_printed_unidentified,
    is_verified_only,
    restarts,
)
from .workflow import Workflow

SUPERVISOR = identity("agus", "supervisor")
OFFICER = identity("siti", "officer")
ADJUDICATION = ApplicationState.ADJUDICATION


async def _another_is_verified(flow: Workflow) -> str:
    id = await flow.applies(type=RENEWAL, person_id="budi")
    await flow.is_verified()
    return id


async def _released_today(flow: Workflow) -> int:
    async with flow.store.read() as records:
        return await records.queue.count_released("BJM", flow.today)


async def _is_found_while_printing(flow: Workflow) -> str:
    id = await is_verified_only(flow)
    await flow.is_released(id)
    await flow.job_is_taken(id)
    await flow.is_known_alone(id, OTHER)
    return id


class TestBeforeThePrinterHasIt:
    @pytest.mark.parametrize("approved", [False, True])
    async def test_it_waits_for_examiners_and_is_approved_again(
        self, renewals_go_on: Workflow, approved: bool
    ) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        if approved:
            await flow.approves(id)

        await flow.is_known_alone(id, OTHER)
        examined = await flow.case(id)
        await flow.plans()
        await is_decided(flow, Verdict.CLEARED)
        cleared = await flow.state(id)
        await flow.is_released(id)

        assert (examined.state, examined.identification_due) == (ADJUDICATION, False)
        assert cleared is ApplicationState.AWAITING_APPROVAL
        assert await flow.state(id) is ApplicationState.PRINTING

    async def test_what_is_released_and_not_sent_yet_is_not_printed(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        await flow.is_released(id)

        await flow.is_known_alone(id, OTHER)

        assert await flow.state(id) is ADJUDICATION
        assert await flow.leases(OutboxTaskKind.PRINT) == []

    async def test_what_is_being_sent_waits_until_that_is_known(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        await flow.is_released(id)
        (task,) = await flow.leases(OutboxTaskKind.PRINT)

        with pytest.raises(NotYet):
            await flow.is_known_alone(id, OTHER)
        await flow.takes_job(task)
        await flow.is_known_alone(id, OTHER)

        assert await flow.state(id) is ADJUDICATION
        assert (await flow.case(id)).print_job == f"job of {id}"

    async def test_what_may_have_been_sent_waits_until_the_printer_answers(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        await flow.is_released(id)
        printer = ScriptedPrinter()
        printer.is_off = True
        with pytest.raises(Unavailable):
            await flow.submits(printer)
        task = await flow.task(id, OutboxTaskKind.PRINT)
        async with flow.store.begin() as records:
            await records.outbox.postpone(task, IMMEDIATELY, "no answer", counts=True)

        with pytest.raises(NotYet):
            await flow.is_known_alone(id, OTHER)
        waiting = await flow.state(id)
        await flow.takes_job(await flow.task(id, OutboxTaskKind.PRINT))
        await flow.is_known_alone(id, OTHER)
        await is_decided(flow, Verdict.DUPLICATE)
        await flow.job_has_ended(id, f"job of {id}")

        assert waiting is ApplicationState.PRINTING
        assert await flow.state(id) is ApplicationState.REFUSED
        assert await flow.documents("ani") == [(id, "revoked")]

    async def test_a_book_that_is_not_made_leaves_its_place_of_the_day_to_another(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        await flow.is_released(id)
        await flow.is_known_alone(id, OTHER)
        after_the_first = await _released_today(flow)

        printed = await flow.is_released(await _another_is_verified(flow))
        await flow.job_is_taken(printed)
        await flow.is_known_alone(printed, OTHER)

        assert (after_the_first, await _released_today(flow)) == (0, 1)

    async def test_a_failed_print_goes_to_examiners(self, renewals_go_on: Workflow) -> None:
        flow = renewals_go_on
        id = await is_verified_only(flow)
        await flow.is_released(id)
        await flow.job_is_given_up(id)

        await flow.is_known_alone(id, OTHER)
        await is_decided(flow, Verdict.CLEARED)
        await flow.is_released(id)
        await flow.job_is_done(id)

        assert await flow.state(id) is ApplicationState.READY


class TestWhileItIsPrinted:
    async def test_the_book_is_held_and_ready_once_approved_again(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await _is_found_while_printing(flow)
        notices = await flow.notices(id)

        await flow.job_has_ended(id, f"job of {id}")
        held = await flow.case(id)
        with pytest.raises(IllegalTransition):
            await flow.hands_over(id)
        await is_decided(flow, Verdict.CLEARED)
        with pytest.raises(SeparationOfDuties):
            await flow.approves(id, "siti")
        await flow.approves(id, "hadi")
        with pytest.raises(SeparationOfDuties):
            await flow.hands_over(id, "hadi")

        assert (held.state, bool(held.book_serial), held.ready_at) == (ADJUDICATION, True, None)
        assert await flow.state(id) is ApplicationState.READY
        assert await flow.notices(id) == [*notices, ("ready", "")]
        await flow.hands_over(id)
        assert await flow.documents("ani") == [(id, "valid")]

    async def test_nothing_is_decided_that_the_book_in_work_would_contradict(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await _is_found_while_printing(flow)

        with pytest.raises(AtThePrinter):
            await flow.withdraws(id, SUPERVISOR)
        with pytest.raises(AtThePrinter):
            await flow.retakes_biometrics(id, SUPERVISOR)
        await is_decided(flow, Verdict.CLEARED)
        waiting = (await flow.details(id)).waiting_on
        for step in (
            flow.approves(id),
            flow.refuses(id),
            flow.corrects(id, HOLDER, OFFICER),
            flow.is_photographed(id),
            flow.withdraws(id),
        ):
            with pytest.raises(AtThePrinter):
                await step

        assert waiting is not None
        assert waiting.what.en == "printing"

    async def test_a_job_without_a_book_leaves_a_case_to_be_approved_again(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await _is_found_while_printing(flow)

        await flow.job_has_ended(id, f"job of {id}", JobOutcome.FAILED)
        await is_decided(flow, Verdict.CLEARED)
        await flow.is_released(id)
        await flow.job_is_taken(id, "job two")
        await flow.job_has_ended(id, "job two")

        assert await flow.state(id) is ApplicationState.READY

    async def test_a_book_that_comes_after_the_refusal_is_revoked_at_once(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await _is_found_while_printing(flow)
        await is_decided(flow, Verdict.DUPLICATE)
        with pytest.raises(AtThePrinter):
            await flow.appeals(id)

        await flow.job_has_ended(id, f"job of {id}")

        assert await flow.state(id) is ApplicationState.REFUSED
        assert await flow.documents("ani") == [(id, "revoked")]
        assert await flow.open_print_jobs() == []

    async def test_a_job_that_a_restored_printer_lost_is_not_asked_for_again(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await _is_found_while_printing(flow)

        await flow.reconciles(ScriptedPrinter()).find_lost_jobs("BJM")

        case = await flow.case(id)
        assert (case.state, case.print_job) == (ADJUDICATION, "")
        assert await flow.leases(OutboxTaskKind.PRINT) == []


class TestOnceTheBookIsMade:
    async def test_a_confirmed_duplicate_has_no_passport(self, renewals_go_on: Workflow) -> None:
        flow = renewals_go_on
        id = await is_printed_unidentified(flow)

        await flow.is_known_alone(id, OTHER)
        held = await flow.documents("ani")
        await is_decided(flow, Verdict.DUPLICATE)

        assert held == [(id, "made")]
        assert await flow.state(id) is ApplicationState.REFUSED
        assert await flow.documents("ani") == [(id, "revoked")]
        assert [each.status.value for each in await flow.encounter_changes(id)] == ["fraud"]

    async def test_who_is_cleared_gets_it_once_approved_again(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_printed_unidentified(flow)
        await flow.is_known_alone(id, OTHER)
        await is_decided(flow, Verdict.CLEARED)

        with pytest.raises(BookMade):
            await flow.corrects(id, HOLDER, OFFICER)
        with pytest.raises(BookMade):
            await flow.is_photographed(id)
        await flow.approves(id)
        await flow.hands_over(id)

        assert await flow.documents("ani") == [(id, "valid")]

    async def test_a_supervisor_may_refuse_it_and_the_book_is_revoked(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_printed_unidentified(flow)
        await flow.is_known_alone(id, OTHER)
        await is_decided(flow, Verdict.CLEARED)

        await flow.refuses(id)

        assert await flow.documents("ani") == [(id, "revoked")]

    async def test_it_is_the_passport_of_the_person_whom_examiners_found(
        self, renewals_go_on: Workflow
    ) -> None:
        flow = renewals_go_on
        id = await is_printed_unidentified(flow)
        await flow.is_known_alone(id, OTHER)

        await is_decided(flow, Verdict.SAME_PERSON, "somebody-else")
        await flow.approves(id)
        await flow.hands_over(id)

        assert await flow.documents("somebody-else") == [(id, "valid")]
        assert await flow.documents("ani") == []

    async def test_a_suspect_who_withdraws_has_no_passport(self, renewals_go_on: Workflow) -> None:
        flow = renewals_go_on
        id = await is_printed_unidentified(flow)
        await flow.is_known_alone(id, OTHER)

        await flow.withdraws(id, SUPERVISOR)

        assert await flow.documents("ani") == [(id, "revoked")]

    async def test_fingers_taken_again_do_not_lose_the_book(self, renewals_go_on: Workflow) -> None:
        flow = renewals_go_on
        id = await is_printed_unidentified(flow)
        await flow.is_known_alone(id, OTHER)

        await flow.retakes_biometrics(id, identity("budi", "examiner"))
        await flow.gives_fingers(id)
        await flow.is_interviewed(id)
        await restarts(flow)
        verified = await flow.is_verified()
        await flow.is_known_alone(id)
        await flow.approves(id)

        assert verified == []
        assert await flow.state(id) is ApplicationState.READY
        assert await flow.documents("ani") == [(id, "made")]


async def test_a_held_book_is_not_ready_before_the_identification(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    id = await is_printed_unidentified(flow)
    await flow.is_known_alone(id, OTHER)
    await is_decided(flow, Verdict.CLEARED)
    # As versions left it that verified whoever had a book already.
    async with flow.store.begin() as records:
        case = await records.cases.get(id)
        due = replace(case, identification_due=True, revision=case.revision + 1)
        await records.cases.save(due)

    with pytest.raises(IdentificationDue):
        await flow.approves(id)
    with pytest.raises(BookMade):
        case_identification.verified(due, "verification")
