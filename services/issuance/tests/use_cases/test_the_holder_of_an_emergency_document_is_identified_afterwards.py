"""Whoever got an emergency document is identified once that can be done, wherever it is by then."""

from datetime import timedelta

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import OwnCase, Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import ApplicationOpen
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.office import OfficeInUse
from issuance.domain.open_item import ReasonDoesNotFit, ResolutionReason, ResolvedItem, StepNeeded
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.domain.waiting_on import ResponsibleParty
from issuance.use_cases.office_lifecycle import OfficeLifecycle
from issuance.use_cases.ports import UnusableFingers
from servicekit.errors import NotPermitted

from .emergencies import asks_in_an_outage, has_emergency_document, is_approved_by_two
from .people import identity
from .verifying import RENEWAL
from .workflow import Workflow

OTHER = Candidate("somebody-else", 12.0)
STATES = ApplicationState


async def _is_decided(flow: Workflow, verdict: Verdict, person_id: str = "") -> None:
    (task,) = await flow.tasks()
    for examiner in ("budi", "dewi"):
        await flow.examines(task.id, examiner, verdict, person_id)


async def _unidentified(flow: Workflow) -> list[tuple[str, ResponsibleParty]]:
    """Application and owner of each open item about a holder who is to be identified."""
    items = [item for _, item in await flow.open_items() if isinstance(item, UnidentifiedHolder)]
    return [(item.case, item.waiting_on.responsible_party) for item in items]


async def _is_ready(flow: Workflow) -> str:
    id = await is_approved_by_two(flow, await asks_in_an_outage(flow))
    await flow.plans()
    await flow.job_is_done(id)
    return id


class TestAfterTheHandOver:
    async def test_it_is_an_open_item_until_it_is_done(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        before = await _unidentified(flow)

        await flow.is_identified()

        case = await flow.case(id)
        assert before == [(id, ResponsibleParty.MATCHER)]
        assert await _unidentified(flow) == []
        assert (case.state, case.identification_due) == (STATES.HANDED_OVER, False)
        assert case.makes_emergency_document
        assert await flow.documents(case.person_id) == [(id, "valid")]
        assert await flow.statuses_asked(id) == [(id, EncounterStatus.ACTIVE)]
        assert await flow.fingers(id) == b""

    async def test_the_holder_is_notified_once_that_a_passport_can_be_applied_for(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        before = len(await flow.notices(id))

        for _ in range(2):
            await flow.is_identified()

        assert len(await flow.notices(id)) == before + 1
        assert await flow.last_notice(id) == (
            "identity_settled",
            "Your identification is done. You can apply for a passport.",
        )

    async def test_a_hit_is_for_examiners_and_the_document_stays_valid_meanwhile(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)

        await flow.is_identified(OTHER)

        case = await flow.case(id)
        assert (case.state, case.identification_due) == (STATES.HANDED_OVER, True)
        assert await _unidentified(flow) == [(id, ResponsibleParty.EXAMINER)]
        assert await flow.documents(case.person_id) == [(id, "valid")]

    async def test_whom_examiners_clear_keeps_it(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        await flow.is_identified(OTHER)

        await _is_decided(flow, Verdict.CLEARED)

        case = await flow.case(id)
        assert (case.state, case.identification_due) == (STATES.HANDED_OVER, False)
        assert await flow.documents(case.person_id) == [(id, "valid")]
        assert await _unidentified(flow) == []

    async def test_of_a_duplicate_it_is_revoked(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        await flow.is_identified(OTHER)

        await _is_decided(flow, Verdict.DUPLICATE)

        case = await flow.case(id)
        assert (case.state, case.identification_due) == (STATES.REFUSED, False)
        assert await flow.documents(case.person_id) == [(id, "revoked")]
        assert await flow.statuses_asked(id) == [(id, EncounterStatus.FRAUD)]
        assert [kind for kind, _ in await flow.notices(id)][-1] == "refused"
        assert await _unidentified(flow) == []

    async def test_one_that_was_reported_stolen_stays_so(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        await flow.reports_lost((await flow.case(id)).document_number)
        await flow.is_identified(OTHER)

        await _is_decided(flow, Verdict.DUPLICATE)

        assert await flow.documents((await flow.case(id)).person_id) == [(id, "lost")]

    async def test_of_two_records_of_one_person_the_earlier_passport_is_revoked(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        earlier = await flow.becomes_ready()
        await flow.hands_over(earlier)
        person = (await flow.case(earlier)).person_id
        flow.now_is += timedelta(hours=1)
        id = await has_emergency_document(flow)
        await flow.is_identified(Candidate(person, 12.0))

        await _is_decided(flow, Verdict.SAME_PERSON, person)

        assert await flow.documents(person) == [(earlier, "revoked"), (id, "valid")]
        assert not (await flow.case(id)).identification_due

    async def test_nobody_examines_it_who_took_it_in_approved_it_or_handed_it_over(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        await has_emergency_document(flow, handed_over_by="wati")
        await flow.is_identified(OTHER)
        (task,) = await flow.tasks()

        for user in ("siti", "agus", "hadi", "wati"):
            with pytest.raises(OwnCase):
                await flow.claims(task.id, user)

    async def test_until_then_its_office_is_not_removed(self, emergencies: Workflow) -> None:
        flow = emergencies
        await has_emergency_document(flow)
        offices = OfficeLifecycle(flow.outages, 10, "ID")
        by = identity("ani", "administrator", "national")

        with pytest.raises(OfficeInUse) as refusal:
            async with flow.store.begin() as records:
                await offices.remove(records, "BJM", 0, by, flow.now_is)
        assert refusal.value.metadata["applications"] == "1"
        await flow.is_identified()

        async with flow.store.begin() as records:
            await offices.remove(records, "BJM", 0, by, flow.now_is)


class TestFingersThatCannotBeUsed:
    async def test_are_for_a_supervisor_who_did_not_approve(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        await flow.matcher_answers(UnusableFingers("too dry"))
        owner = await _unidentified(flow)
        (item,) = [each for each, _ in await flow.open_items()]
        done = ResolutionReason.DONE_BY_HAND

        with pytest.raises(SeparationOfDuties):
            await flow.settles(item, done, identity("hadi", "supervisor"))
        with pytest.raises(NotPermitted):
            await flow.settles(item, done, identity("ani", "administrator", "national"))
        with pytest.raises(ReasonDoesNotFit):
            await flow.settles(
                item, ResolutionReason.BOOK_DESTROYED, identity("rini", "supervisor")
            )
        settled = await flow.settles(item, done, identity("rini", "supervisor"))

        assert owner == [(id, ResponsibleParty.SUPERVISOR)]
        assert isinstance(settled, ResolvedItem)
        assert settled.case == id
        assert "cannot be used" in settled.problem
        assert not (await flow.case(id)).identification_due
        kinds = [kind for kind, _ in await flow.notices(id)]
        assert kinds[-2:] == ["identification_due", "identity_settled"]
        assert await _unidentified(flow) == []

    async def test_nobody_settles_what_the_matcher_or_examiners_do(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        await has_emergency_document(flow)
        (item,) = [each for each, _ in await flow.open_items()]
        supervisor = identity("rini", "supervisor")

        with pytest.raises(StepNeeded):
            await flow.settles(item, ResolutionReason.DONE_BY_HAND, supervisor)
        await flow.is_identified(OTHER)
        with pytest.raises(StepNeeded):
            await flow.settles(item, ResolutionReason.DONE_BY_HAND, supervisor)


class TestBeforeTheHandOver:
    async def test_it_is_handed_over_as_it_is_once_the_holder_is_identified(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await _is_ready(flow)
        ready_at = (await flow.case(id)).ready_at
        flow.now_is += timedelta(hours=2)

        await flow.is_identified()
        await flow.hands_over(id)

        case = await flow.case(id)
        assert (case.makes_emergency_document, case.identification_due) == (True, False)
        assert case.ready_at == ready_at
        assert await _unidentified(flow) == []

    async def test_a_hit_keeps_it_from_being_handed_over(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await _is_ready(flow)

        await flow.is_identified(OTHER)
        examined = await flow.state(id)
        await _is_decided(flow, Verdict.CLEARED)
        await flow.approves(id)

        case = await flow.case(id)
        assert examined is STATES.ADJUDICATION
        assert (case.state, case.makes_emergency_document) == (STATES.READY, True)

    async def test_of_a_duplicate_it_is_revoked(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await _is_ready(flow)
        await flow.is_identified(OTHER)

        await _is_decided(flow, Verdict.DUPLICATE)

        case = await flow.case(id)
        assert case.state is STATES.REFUSED
        assert await flow.documents(case.person_id) == [(id, "revoked")]

    async def test_who_does_not_collect_it_is_identified_no_more(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await _is_ready(flow)

        await flow.withdraws(id)

        assert await flow.leases(OutboxTaskKind.IDENTIFY) == []
        assert await flow.fingers(id) == b""
        assert not (await flow.case(id)).identification_due


class TestThePassportThatFollows:
    async def test_is_not_applied_for_before_the_holder_is_identified(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        person = (await flow.case(id)).person_id

        with pytest.raises(ApplicationOpen):
            await flow.applies(type=RENEWAL, person_id=person)
        await flow.is_identified(OTHER)
        with pytest.raises(ApplicationOpen):
            await flow.applies(type=RENEWAL, person_id=person)
        await _is_decided(flow, Verdict.CLEARED)

        following = await flow.applies(type=RENEWAL, person_id=person)
        assert await flow.state(following) is STATES.IDENTIFYING

    async def test_revokes_it_as_it_is_handed_over(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        await flow.is_identified()
        case = await flow.case(id)

        following = await flow.becomes_ready(
            type=ApplicationType.RENEWAL,
            person_id=case.person_id,
            document_number=case.document_number,
        )
        before = await flow.documents(case.person_id)
        await flow.hands_over(following)

        assert before == [(id, "valid"), (following, "made")]
        assert await flow.documents(case.person_id) == [(id, "revoked"), (following, "valid")]
        assert not (await flow.case(following)).makes_emergency_document

    async def test_it_revokes_the_passport_that_its_holder_had(self, emergencies: Workflow) -> None:
        flow = emergencies
        earlier = await flow.becomes_ready()
        await flow.hands_over(earlier)
        person = (await flow.case(earlier)).person_id

        id = await has_emergency_document(flow, type=RENEWAL, person_id=person)

        assert await flow.documents(person) == [(earlier, "revoked"), (id, "valid")]
