"""Who collects a passport as its holder can be compared with the application's fingers."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from issuance.domain.collector import Collector, NotTheProxy, Proxy
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import (
    MOST_TRIES,
    FingerCheck,
    FingerCheckOff,
    FingerCheckPolicy,
    FingerCheckRequired,
    FingerCheckRule,
    FingerCheckUnavailable,
    FingerComparison,
    FingersDiffer,
    FingersUnusable,
    FingerTriesUsed,
    NothingToWaive,
)
from issuance.domain.fingers import FingerPosition, FingerTwice
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.domain.waiting_on import ResponsibleParty, waiting_on
from issuance.use_cases.application_steps import appoint_proxy
from issuance.use_cases.hand_over import PassportCollection
from issuance.use_cases.ports import Unavailable, UnusableFingers
from servicekit.errors import InvalidRequest, StaleRevision

from .collection_counter import ANOTHERS, HOLDER, INDEX, OWN, CollectionCounter
from .emergencies import asks_in_an_outage, is_approved_by_two
from .people import identity
from .workflow import Workflow

OPTIONAL, REQUIRED, OFF = FingerCheckRule.OPTIONAL, FingerCheckRule.REQUIRED, FingerCheckRule.OFF
BLURRED, AWAY, LOST = b"blurred", b"away", b"lost"
NUR = Proxy("Nur Aini", "6371012104900001", "letter 17/2018")


@dataclass
class ScriptedMatcher:
    """Answers by the fingers themselves, as a matcher does that answers a request once.

    asked: request id and encounter of each comparison.
    """

    asked: list[tuple[str, str]] = field(default_factory=list)

    async def compare_fingers(
        self, request_id: str, encounter_id: str, fingers: bytes, seconds: float
    ) -> FingerComparison:
        self.asked.append((request_id, encounter_id))
        if fingers == BLURRED:
            raise UnusableFingers("POOR_QUALITY", "samples[0]")
        if fingers == AWAY:
            raise Unavailable("the matcher is away")
        if fingers == LOST:
            return FingerComparison(FingerCheck.NOT_ON_RECORD)
        found = FingerCheck.MATCH if fingers == OWN else FingerCheck.NO_MATCH
        return FingerComparison(found, f"decision {request_id}")


class OffMatcher(ScriptedMatcher):
    """Is away: every comparison fails as unavailable."""

    async def compare_fingers(
        self, request_id: str, encounter_id: str, fingers: bytes, seconds: float
    ) -> FingerComparison:
        raise Unavailable("the matcher is away")


class SlowMatcher(ScriptedMatcher):
    """Compares while an officer appoints a proxy for the application."""

    def __init__(self, workflow: Workflow, application: str) -> None:
        super().__init__()
        self._workflow = workflow
        self._application = application

    async def compare_fingers(
        self, request_id: str, encounter_id: str, fingers: bytes, seconds: float
    ) -> FingerComparison:
        await _appoints_nur(self._workflow, self._application)
        return await super().compare_fingers(request_id, encounter_id, fingers, seconds)


class Counter(CollectionCounter):
    """The counter of an office with a rule about finger checks, and another rule elsewhere."""

    def __init__(
        self,
        workflow: Workflow,
        rule: FingerCheckRule = OPTIONAL,
        matcher: ScriptedMatcher | None = None,
    ) -> None:
        self.matcher = matcher or ScriptedMatcher()
        super().__init__(workflow, FingerCheckPolicy(OFF, {"BJM": rule}), self.matcher)

    async def fails(self, id: str, times: int = 1) -> None:
        """The fingers of somebody else are refused."""
        for _ in range(times):
            with pytest.raises(FingersDiffer):
                await self.hands_over(id, ANOTHERS)


async def _appoints_nur(workflow: Workflow, id: str) -> None:
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        await appoint_proxy(
            records, case, identity("siti", "officer"), workflow.now_is, NUR,
            workflow.apply_transition,
        )  # fmt: skip


async def _last(workflow: Workflow, id: str) -> tuple[ApplicationEvent, FingerCheck | None]:
    entry = (await workflow.history(id))[-1]
    return entry.event, entry.details.finger_check


@pytest.mark.parametrize(
    ("rule", "fingers", "recorded"),
    [
        (OPTIONAL, OWN, FingerCheck.MATCH),
        (REQUIRED, OWN, FingerCheck.MATCH),
        (OPTIONAL, b"", FingerCheck.NOT_ASKED),
        (OFF, b"", FingerCheck.NOT_ASKED),
        (OPTIONAL, AWAY, FingerCheck.MATCHER_UNAVAILABLE),
        (OPTIONAL, LOST, FingerCheck.NOT_ON_RECORD),
    ],
)
async def test_the_history_says_what_was_found_or_why_nothing(
    workflow: Workflow, rule: FingerCheckRule, fingers: bytes, recorded: FingerCheck
) -> None:
    id = await workflow.becomes_ready()

    await Counter(workflow, rule).hands_over(id, fingers)

    assert await workflow.state(id) is ApplicationState.HANDED_OVER
    assert await _last(workflow, id) == (ApplicationEvent.HAND_OVER, recorded)


async def test_the_fingers_are_compared_with_those_of_the_application(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow)

    await counter.hands_over(id, OWN)

    assert [encounter for _, encounter in counter.matcher.asked] == [id]
    assert (await workflow.history(id))[-1].details.finger_check_decision.startswith("decision ")


@pytest.mark.parametrize(
    ("fingers", "refusal"),
    [(b"", FingerCheckRequired), (AWAY, FingerCheckUnavailable), (LOST, FingerCheckUnavailable)],
)
async def test_where_it_is_required_nothing_goes_without(
    workflow: Workflow, fingers: bytes, refusal: type[Exception]
) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow, REQUIRED)

    with pytest.raises(refusal):
        await counter.hands_over(id, fingers)
    ready = await workflow.state(id)
    await counter.waives(id)
    await counter.hands_over(id)

    assert ready is ApplicationState.READY
    assert await _last(workflow, id) == (ApplicationEvent.HAND_OVER, FingerCheck.WAIVED)


async def test_another_persons_fingers_are_recorded_and_tried_again(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow)
    revision = (await workflow.case(id)).revision

    with pytest.raises(FingersDiffer) as refusal:
        await counter.hands_over(id, ANOTHERS, revision=revision)
    recorded = await _last(workflow, id)
    await counter.hands_over(id, OWN, revision=int(refusal.value.metadata["revision"]))

    assert refusal.value.metadata == {"tries_left": "2", "revision": str(revision + 1)}
    assert refusal.value.field == "samples"
    assert recorded == (ApplicationEvent.FAIL_FINGER_CHECK, FingerCheck.NO_MATCH)
    assert await _last(workflow, id) == (ApplicationEvent.HAND_OVER, FingerCheck.MATCH)


@pytest.mark.parametrize(
    ("fingers", "refusal"),
    [(b"", FingerCheckRequired), (AWAY, FingerCheckUnavailable), (LOST, FingerCheckUnavailable)],
)
async def test_after_a_failure_nobody_gets_it_unchecked(
    workflow: Workflow, fingers: bytes, refusal: type[Exception]
) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow)
    await counter.fails(id)

    with pytest.raises(refusal):
        await counter.hands_over(id, fingers)
    ready = await workflow.state(id)
    await counter.waives(id)
    await counter.hands_over(id, fingers)

    assert ready is ApplicationState.READY
    assert await _last(workflow, id) == (ApplicationEvent.HAND_OVER, FingerCheck.WAIVED)


async def test_nor_does_a_proxy_whom_somebody_appoints_then(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    counter, collection = (
        Counter(workflow),
        PassportCollection(NUR.name, Collector.PROXY, NUR.identity_number),
    )
    await counter.fails(id)
    await _appoints_nur(workflow, id)

    with pytest.raises(FingerCheckRequired):
        await counter.hands_over(id, collection=collection)
    await counter.waives(id)
    await counter.hands_over(id, collection=collection)

    assert await _last(workflow, id) == (ApplicationEvent.HAND_OVER, None)


async def test_after_three_failures_a_supervisor_decides(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow)
    await counter.fails(id, MOST_TRIES)
    asked = len(counter.matcher.asked)

    with pytest.raises(FingerTriesUsed):
        await counter.hands_over(id, OWN)
    waiting = waiting_on(await workflow.case(id))
    explained = await workflow.explanation(id)
    await counter.waives(id)
    await counter.hands_over(id, ANOTHERS)

    assert waiting is not None
    assert waiting.responsible_party is ResponsibleParty.SUPERVISOR
    assert explained.intervention is not None
    assert explained.intervention.by is waiting
    assert len(counter.matcher.asked) == asked == MOST_TRIES
    assert await _last(workflow, id) == (ApplicationEvent.HAND_OVER, FingerCheck.WAIVED)


async def test_a_supervisor_can_refuse_it_as_well(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    await Counter(workflow).fails(id, MOST_TRIES)

    await workflow.refuses(id)

    assert await workflow.state(id) is ApplicationState.REFUSED


async def test_a_repeated_request_is_refused_again_and_recorded_once(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    counter, revision = Counter(workflow), (await workflow.case(id)).revision

    for _ in range(2):
        with pytest.raises(FingersDiffer) as refusal:
            await counter.hands_over(id, ANOTHERS, request="request-1", revision=revision)

    assert refusal.value.metadata["tries_left"] == "2"
    assert len({request for request, _ in counter.matcher.asked}) == 1


async def test_the_last_failure_is_answered_alike_again(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow)
    for request in ("a", "b", "c"):
        with pytest.raises(FingersDiffer) as first:
            await counter.hands_over(id, ANOTHERS, request=request)

    in_an_outage = Counter(workflow, matcher=OffMatcher())
    with pytest.raises(FingersDiffer) as again:
        await in_an_outage.hands_over(id, ANOTHERS, request="c")
    with pytest.raises(FingerTriesUsed):
        await in_an_outage.hands_over(id, ANOTHERS, request="d")

    assert again.value.metadata == first.value.metadata
    assert again.value.metadata["tries_left"] == "0"


async def test_another_officer_or_finger_under_the_same_id_is_another_check(
    workflow: Workflow,
) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow)

    for fingers, user in ((ANOTHERS, "rahmat"), (ANOTHERS, "siti"), (OWN, "rahmat")):
        with suppress(FingersDiffer):
            await counter.hands_over(id, fingers, request="request-1", user=user)

    assert len({request for request, _ in counter.matcher.asked}) == 3
    assert (await workflow.case(id)).finger_mismatches == 2


async def test_nothing_is_recorded_of_a_revision_that_is_not_there(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()

    counter = Counter(workflow)

    with pytest.raises(StaleRevision):
        await counter.hands_over(id, ANOTHERS, revision=1)

    assert counter.matcher.asked == []
    assert (await workflow.case(id)).finger_mismatches == 0


async def test_what_the_matcher_found_is_recorded_whatever_changed_meanwhile(
    workflow: Workflow,
) -> None:
    id = await workflow.becomes_ready()
    seen = (await workflow.case(id)).revision
    counter = Counter(workflow, matcher=SlowMatcher(workflow, id))

    with pytest.raises(FingersDiffer) as refusal:
        await counter.hands_over(id, ANOTHERS, revision=seen)

    assert refusal.value.metadata == {"tries_left": "2", "revision": str(seen + 2)}
    assert await _last(workflow, id) == (ApplicationEvent.FAIL_FINGER_CHECK, FingerCheck.NO_MATCH)


async def test_fingers_that_nobody_can_compare_cost_no_try(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()

    with pytest.raises(FingersUnusable) as refusal:
        await Counter(workflow).hands_over(id, BLURRED)

    assert (refusal.value.field, refusal.value.metadata) == (
        "samples[0]",
        {"problem": "POOR_QUALITY"},
    )
    assert (await workflow.case(id)).finger_mismatches == 0


@pytest.mark.parametrize(
    ("rule", "collection", "positions", "refusal"),
    [
        (OFF, HOLDER, (INDEX,), FingerCheckOff),
        (OPTIONAL, HOLDER, (INDEX, INDEX), FingerTwice),
        (OPTIONAL, PassportCollection("Nur", Collector.PROXY, "1234"), (INDEX,), NotTheProxy),
    ],
)
async def test_what_cannot_be_checked_does_not_reach_the_matcher(
    workflow: Workflow,
    rule: FingerCheckRule,
    collection: PassportCollection,
    positions: tuple[FingerPosition, ...],
    refusal: type[Exception],
) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow, rule)

    with pytest.raises(refusal):
        await counter.hands_over(id, OWN, collection=collection, positions=positions)

    assert counter.matcher.asked == []
    assert await workflow.state(id) is ApplicationState.READY


async def test_the_fingers_of_a_proxy_are_not_on_record(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    await _appoints_nur(workflow, id)
    collection = PassportCollection(NUR.name, Collector.PROXY, NUR.identity_number)

    with pytest.raises(InvalidRequest) as refusal:
        await Counter(workflow).hands_over(id, OWN, collection=collection)

    assert refusal.value.field == "samples"


async def test_who_approved_neither_waives_nor_hands_over(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    counter = Counter(workflow, REQUIRED)

    with pytest.raises(SeparationOfDuties):
        await counter.waives(id, user="agus")
    await counter.waives(id, user="hadi")
    with pytest.raises(SeparationOfDuties):
        await counter.hands_over(id, user="hadi")

    assert await workflow.state(id) is ApplicationState.READY


@pytest.mark.parametrize("rule", [OPTIONAL, OFF])
async def test_nothing_is_waived_that_is_not_in_the_way(
    workflow: Workflow, rule: FingerCheckRule
) -> None:
    id = await workflow.becomes_ready()

    with pytest.raises(NothingToWaive):
        await Counter(workflow, rule).waives(id)


async def _emergency_document_is_ready(workflow: Workflow) -> str:
    id = await is_approved_by_two(workflow, await asks_in_an_outage(workflow))
    await workflow.plans()
    await workflow.job_is_done(id)
    return id


@pytest.mark.parametrize(
    ("fingers", "recorded"),
    [(AWAY, FingerCheck.MATCHER_UNAVAILABLE), (LOST, FingerCheck.NOT_ON_RECORD)],
)
async def test_an_emergency_document_does_not_wait_for_the_matcher_that_is_away(
    emergencies: Workflow, fingers: bytes, recorded: FingerCheck
) -> None:
    id = await _emergency_document_is_ready(emergencies)
    counter = Counter(emergencies, REQUIRED)

    with pytest.raises(FingerCheckRequired):
        await counter.hands_over(id)
    await counter.hands_over(id, fingers)

    assert await _last(emergencies, id) == (ApplicationEvent.HAND_OVER, recorded)


async def test_nor_does_it_go_to_somebody_whose_fingers_differed(emergencies: Workflow) -> None:
    id = await _emergency_document_is_ready(emergencies)
    counter = Counter(emergencies, REQUIRED)
    await counter.fails(id)

    with pytest.raises(FingerCheckUnavailable):
        await counter.hands_over(id, AWAY)
    for approver in ("agus", "hadi"):
        with pytest.raises(SeparationOfDuties):
            await counter.waives(id, user=approver)
    await counter.waives(id, user="rini")
    await counter.hands_over(id, AWAY)

    assert await _last(emergencies, id) == (ApplicationEvent.HAND_OVER, FingerCheck.WAIVED)
