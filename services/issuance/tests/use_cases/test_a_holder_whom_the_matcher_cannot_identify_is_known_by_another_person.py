"""Whom the matcher cannot identify after the hand-over, a supervisor knows who took no part."""

import pytest
from issuance.domain.encounter_change import EncounterStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.open_item import ResolutionReason, StepNeeded
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.domain.waiting_on import ResponsibleParty
from issuance.use_cases.ports import UnusableFingers

from .emergencies import has_emergency_document
from .people import identity
from .verifying import RENEWAL
from .workflow import Workflow

DONE = ResolutionReason.DONE_BY_HAND
RINI = identity("rini", "supervisor")


async def _holders(flow: Workflow) -> dict[str, UnidentifiedHolder]:
    items = await flow.open_items()
    return {id: item for id, item in items if isinstance(item, UnidentifiedHolder)}


async def _is_unusable(flow: Workflow) -> str:
    """The matcher cannot use the fingers of the only holder; return the open item."""
    await flow.matcher_answers(UnusableFingers("too dry"))
    (item,) = await _holders(flow)
    return item


async def _is_refused(flow: Workflow) -> str:
    """The matcher refuses the fingers of the only holder for good; return the open item."""
    (task,) = await flow.leases(OutboxTaskKind.IDENTIFY)
    async with flow.store.begin() as records:
        await records.stuck_work.refuse(task, flow.real_now, "ENCOUNTER_EXISTS: made before")
    (item,) = await _holders(flow)
    return item


async def test_the_holder_is_asked_to_come_about_it_and_not_for_fingerprints(
    emergencies: Workflow,
) -> None:
    id = await has_emergency_document(emergencies)

    await _is_unusable(emergencies)

    assert await emergencies.last_notice(id) == (
        "identification_due",
        "Your fingerprints cannot be used. Please come to the immigration office about your "
        "identification.",
    )


async def test_the_holder_hears_that_it_is_settled(emergencies: Workflow) -> None:
    id = await has_emergency_document(emergencies)
    item = await _is_unusable(emergencies)

    await emergencies.settles(item, DONE, RINI)

    assert await emergencies.last_notice(id) == (
        "identity_settled",
        "Your identification is done. You can apply for a passport.",
    )


class TestWhoSettlesIt:
    @pytest.mark.parametrize(
        ("user", "earlier"),
        [
            ("siti", "create"),
            ("agus", "approve_first"),
            ("hadi", "approve"),
            ("wati", "hand_over"),
        ],
    )
    async def test_had_no_part_in_it(self, emergencies: Workflow, user: str, earlier: str) -> None:
        flow = emergencies
        id = await has_emergency_document(flow, handed_over_by="wati")
        item = await _is_unusable(flow)

        with pytest.raises(SeparationOfDuties) as refusal:
            await flow.settles(item, DONE, identity(user, "supervisor"))

        assert refusal.value.metadata == {"event": "settle_identification", "earlier": earlier}
        assert (await flow.case(id)).identification_due
        await flow.settles(item, DONE, RINI)

    async def test_stands_in_the_history_with_the_explanation(self, emergencies: Workflow) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        item = await _is_unusable(flow)

        await flow.settles(item, DONE, RINI, "known to the consulate since 2009")

        async with flow.store.read() as records:
            entry = (await records.history.of_case(id))[-1]
        assert entry.event is ApplicationEvent.SETTLE_IDENTIFICATION
        assert (entry.source, entry.target) == (ApplicationState.HANDED_OVER,) * 2
        assert (entry.person, entry.details.reason) == (
            RINI.uri,
            "known to the consulate since 2009",
        )


class TestWorkThatTheMatcherRefusesForGood:
    async def test_is_for_a_supervisor_and_no_longer_for_the_matcher(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        await has_emergency_document(flow)

        item = await _is_refused(flow)

        waiting = (await _holders(flow))[item].waiting_on
        assert waiting.responsible_party is ResponsibleParty.SUPERVISOR
        assert "the matcher refuses" in waiting.what.en

    async def test_ends_with_who_the_supervisor_knows_the_holder_to_be(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        item = await _is_refused(flow)

        await flow.settles(item, DONE, RINI)

        case = await flow.case(id)
        assert (case.state, case.identification_due) == (ApplicationState.HANDED_OVER, False)
        assert await flow.open_items() == []
        assert await flow.fingers(id) == b""
        assert await flow.statuses_asked(id) == [(id, EncounterStatus.DELETED)]
        assert await flow.documents(case.person_id) == [(id, "valid")]
        await flow.applies(type=RENEWAL, person_id=case.person_id)

    async def test_is_not_given_up_as_work_but_names_what_ends_it(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        await has_emergency_document(flow)
        await _is_refused(flow)
        (work,) = [id for id, _ in await flow.open_items() if id.startswith("refused-work")]

        with pytest.raises(StepNeeded) as refusal:
            await flow.settles(work, DONE, identity("ani", "administrator", "national"))

        assert refusal.value.metadata == {"steps": "RetryWork, ResolveOpenItem"}

    async def test_is_the_matchers_again_once_it_is_tried_again(
        self, emergencies: Workflow
    ) -> None:
        flow = emergencies
        id = await has_emergency_document(flow)
        item = await _is_refused(flow)
        async with flow.store.begin() as records:
            (task,) = await records.stuck_work.of_case(id)
            await records.stuck_work.retry(task.id)

        with pytest.raises(StepNeeded):
            await flow.settles(item, DONE, RINI)

        assert (await _holders(flow))[item].waiting_on.responsible_party is ResponsibleParty.MATCHER
        await flow.is_identified()
        assert await _holders(flow) == {}
