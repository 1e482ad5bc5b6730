"""A merge, or its undoing, between two attempts changes nothing in what the matcher is asked."""

from dataclasses import dataclass, field, replace

import pytest
from issuance.domain.adjudication_referral import IdentificationOutcome
from issuance.domain.encounter_change import EncounterChange, EncounterStatus
from issuance.domain.identification_request import IdentificationRequest
from issuance.domain.outage import OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState
from issuance.domain.verification import Verification
from issuance.use_cases.identify import Identify
from issuance.use_cases.ports import MatcherDecision, Unavailable
from issuance.use_cases.verify import Verify

from .answering_neighbours import MatcherVerifies
from .at_the_matcher import STRONG_SCORE
from .merging import ANI, RENEWAL, is_undone, renews_and_is_found_twice
from .workflow import Workflow

IDENTIFY, VERIFY = OutboxTaskKind.IDENTIFY, OutboxTaskKind.VERIFY


@dataclass
class _AnswerIsLost:
    """A matcher that finds ani, and whose first answer is lost."""

    asked: list[tuple[str, IdentificationRequest]] = field(default_factory=list)

    async def enrol(
        self, task: OutboxTask, asked: IdentificationRequest, fingers: bytes
    ) -> MatcherDecision:
        self.asked.append((task.request_id, asked))
        if len(self.asked) == 1:
            raise Unavailable("the answer was lost")
        return MatcherDecision("decision", IdentificationOutcome.HIT, (ANI,), "calibration-1")

    async def set_encounter_status(self, task: OutboxTask) -> None:
        raise AssertionError("no status is set here")


async def _applies_since_the_merge(flow: Workflow) -> tuple[str, str]:
    """Return the ids of an application that merged ani with budi, and of one since, of ani."""
    merged = await renews_and_is_found_twice(flow)
    await flow.withdraws(merged)
    return merged, await flow.applies(type=RENEWAL, person_id="ani")


async def test_whoever_is_identified_meanwhile_is_moved_to_the_person_of_now(
    workflow: Workflow,
) -> None:
    merged, id = await _applies_since_the_merge(workflow)
    matcher = _AnswerIsLost()
    attempt = Identify(
        workflow.store, matcher, workflow.apply_transition, workflow, workflow.new_id, STRONG_SCORE
    )
    task = await workflow.task(id, IDENTIFY)

    with pytest.raises(Unavailable):
        await attempt(task)
    await is_undone(workflow, merged, id)
    await attempt(await workflow.task(id, IDENTIFY))

    asked = task.request_id, IdentificationRequest(id, "budi")
    assert matcher.asked == [asked, asked]
    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL
    assert await workflow.encounter_changes(id) == [
        EncounterChange(id, EncounterStatus.ACTIVE, "ani")
    ]


async def test_a_task_of_an_earlier_version_names_the_person_of_the_application(
    workflow: Workflow,
) -> None:
    id = await workflow.applies(type=RENEWAL, person_id="ani")
    task = await workflow.task(id, IDENTIFY)

    earlier = [replace(task, payload=payload) for payload in (id.encode(), b"")]

    asked = [await workflow.asked_about(each) for each in earlier]
    assert asked == [IdentificationRequest(id, "ani")] * 2


async def test_nobody_is_verified_by_the_record_of_the_former_person(
    renewals_go_on: Workflow,
) -> None:
    flow = renewals_go_on
    merged, id = await _applies_since_the_merge(flow)
    await flow.declares(OutageScope.MATCHER)
    (before,) = await flow.leases(VERIFY)

    await is_undone(flow, merged, id)
    await flow.verifies_late(before)
    between = await flow.state(id)
    compared = await flow.is_verified()

    assert between is ApplicationState.IDENTIFYING
    assert compared == ["ani"]
    assert await flow.state(id) is ApplicationState.AWAITING_APPROVAL


async def test_nor_if_they_were_two_again_while_it_was_asked(renewals_go_on: Workflow) -> None:
    flow = renewals_go_on
    merged, id = await _applies_since_the_merge(flow)
    await flow.declares(OutageScope.MATCHER)
    (task,) = await flow.leases(VERIFY)

    class MergeIsUndone(MatcherVerifies):
        async def verify(self, task: OutboxTask, person_id: str, fingers: bytes) -> Verification:
            await is_undone(flow, merged, id)
            return await super().verify(task, person_id, fingers)

    matcher = MergeIsUndone(Verification(matches=True, decision_id="verification"))
    await Verify(flow.store, matcher, flow.policy, flow.apply_transition, flow)(task)

    case = await flow.case(id)
    assert (case.person_id, case.state, matcher.asked) == (
        "ani", ApplicationState.IDENTIFYING, ["budi"],
    )  # fmt: skip
    assert await flow.is_verified() == ["ani"]
