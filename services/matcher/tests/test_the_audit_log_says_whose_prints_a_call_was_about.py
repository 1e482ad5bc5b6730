"""The audit log names the encounter and the person whose prints were shown, changed or deleted."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import (
    Candidate,
    Decision,
    DecisionKind,
    DecisionOutcome,
    DecisionRecord,
    DecisionRequest,
    FingerScore,
    ProbeFinger,
)
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.office_scope import ALL_OFFICES
from matcher.image.decode import decode
from matcher.model_bundles import ModelBundles
from matcher.service.encounters import Encounters
from matcher.service.evidence import Evidence
from matcher.service.identification import Identification
from matcher.service.verification import Verification
from matcher.store.store import Store
from matcher.store.tables import idempotency
from matcher.use_cases.change_encounter import ChangeEncounter
from matcher.use_cases.change_person import ChangePerson
from matcher.use_cases.draw_alteration import DrawAlteration
from matcher.use_cases.draw_comparison import DrawComparison
from matcher.use_cases.get_template import GetTemplate
from matcher.use_cases.installed_comparators import InstalledComparators
from matcher.use_cases.readiness import Readiness, ServiceLevel
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1.identification_pb2 import (
    DrawAlterationRequest,
    DrawDecisionRequest,
    FingerSource,
    GetDecisionRequest,
    IdentifyRequest,
    ListDecisionsRequest,
    VerifyRequest,
)
from passport.type.v1.biometrics_pb2 import FingerPosition
from servicekit.errors import DomainError
from servicekit.grpc.call_audit import audited
from servicekit.process.clock import SystemClock
from servicekit.security.identity import bind_caller, parse_identity
from servicekit.storage.idempotency import IdempotentRequests

from .models import models
from .store_and_index import INDEX, NOW, enrol, finger, opened

ISSUANCE = parse_identity("spiffe://id/office/national/service/issuance")
ENCOUNTER, PERSON = "encounter-1", "person-1"


@pytest.fixture
async def servicer(tmp_path: Path) -> AsyncIterator[Encounters]:
    """The servicer over one stored encounter."""
    unused: Any = None
    clock = SystemClock()
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        yield Encounters(
            IdempotentRequests(base.database, idempotency),
            base.store,
            _serving(change_encounter=ChangeEncounter(base.store, unused, Readiness(), clock)),
            ChangePerson(base.store, clock, lambda: "merge-1"),
            GetTemplate(base.store, base.pool),
            unused,
        )


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    """A decision about encounter 1, with persons 2 and 3 as candidates; 3 was deleted since."""
    candidates = tuple(
        Candidate(f"person-{n}", 9.0, True, (FingerScore(INDEX, 9.0, f"encounter-{n}", 9),), False)
        for n in (2, 3)
    )
    decision = Decision(
        decision_id="decision-1",
        request=DecisionRequest(DecisionKind.IDENTIFY, ISSUANCE.uri, "request", 0.001, 10),
        probe=(
            ProbeFinger(INDEX, ENCOUNTER, sha256(finger(1).template).hexdigest()),
            ProbeFinger(INDEX + 1, ENCOUNTER, "00"),
        ),
        outcome=DecisionOutcome.HIT,
        candidates=candidates,
        threshold=4.0,
        people_searched=3,
        people_compared=3,
        model_version="model",
        calibration_version="calibration",
        change_token=ChangeToken("epoch", 9),
        decided_at=NOW,
    )
    async with opened(tmp_path) as base:
        for person in (1, 2):
            await enrol(base, person)
        async with base.store.write() as records:
            await records.decisions.append(decision)
        yield base


@pytest.fixture
async def evidence(base: StoreAndIndex) -> Evidence:
    """The servicer that shows the decision."""
    readiness = Readiness()
    await readiness.set_level(ServiceLevel.FULL)
    comparators = InstalledComparators(models().comparator, PACKAGED, ModelBundles(None, None))
    draw = DrawComparison(base.store, base.pool, decode, comparators, readiness)
    ridges = DrawAlteration(base.store, base.pool, decode, models(), readiness)
    return Evidence(base.store, _serving(draw_comparison=draw, draw_alteration=ridges))


@pytest.fixture
def requests(base: StoreAndIndex) -> IdempotentRequests:
    return IdempotentRequests(base.database, idempotency)


def _serving(**use_cases: Any) -> Any:
    """What stands for the bundle that serves, where only these use cases are called."""
    return SimpleNamespace(current=SimpleNamespace(**use_cases))


class Decide:
    """Answers every request with the decision that is recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, *arguments: Any, **_options: Any) -> DecisionRecord:
        store_response = arguments[-1]
        async with self._store.write() as records:
            recorded = await records.decisions.get("decision-1", ALL_OFFICES)
            await store_response(records, recorded)
        return recorded


async def facts(method: Any, request: Any) -> dict[str, Any]:
    """What the audit log says of a call, answered or not."""
    context: Any = SimpleNamespace(time_remaining=lambda: None)
    with audited("method") as call, bind_caller(ISSUANCE):
        try:
            await method(request, context)
        except DomainError as error:
            call.reason = error.reason
    return {**call.facts} | ({"reason": call.reason} if call.reason else {})


async def test_what_is_shown(servicer: Encounters) -> None:
    index = FingerPosition.ValueType(INDEX)
    template = pb.GetTemplateRequest(encounter_id=ENCOUNTER, position=index)
    missing = pb.GetTemplateRequest(encounter_id="none", position=index)

    assert await facts(servicer.GetEncounter, pb.GetEncounterRequest(encounter_id=ENCOUNTER)) == {
        "encounter_id": ENCOUNTER,
        "person_id": PERSON,
    }
    assert await facts(servicer.GetTemplate, template) == {
        "encounter_id": ENCOUNTER,
        "person_id": PERSON,
    }
    assert await facts(servicer.GetTemplate, missing) == {
        "encounter_id": "none",
        "reason": "ENCOUNTER_NOT_FOUND",
    }


async def test_a_decision_that_is_shown_or_drawn(evidence: Evidence) -> None:
    shown = GetDecisionRequest(decision_id="decision-1")
    drawn = DrawDecisionRequest(decision_id="decision-1", person_id="person-2")
    gone = DrawDecisionRequest(decision_id="decision-1", person_id="person-3")

    assert await facts(evidence.GetDecision, shown) == {
        "decision_id": "decision-1",
        "encounter_ids": [ENCOUNTER],
        "person_ids": ["person-2", "person-3"],
    }
    assert await facts(evidence.DrawDecision, drawn) == {
        "decision_id": "decision-1",
        "person_id": "person-2",
        "encounter_ids": [ENCOUNTER, "encounter-2"],
        "person_ids": [PERSON, "person-2"],
    }
    assert await facts(evidence.DrawDecision, gone) == {
        "decision_id": "decision-1",
        "person_id": "person-3",
        "reason": "EVIDENCE_GONE",
    }
    ridges = DrawAlterationRequest(decision_id="decision-1")
    assert await facts(evidence.DrawAlteration, ridges) == {
        "decision_id": "decision-1",
        "reason": "EVIDENCE_GONE",
    }


async def test_decisions_that_are_listed(evidence: Evidence) -> None:
    assert await facts(evidence.ListDecisions, ListDecisionsRequest()) == {
        "decision_ids": ["decision-1"]
    }


async def test_a_search_answered_twice_and_one_refused(
    base: StoreAndIndex, requests: IdempotentRequests
) -> None:
    decide: Any = Decide(base.store)
    unused: Any = None
    servicer = Identification(requests, _serving(identify=decide), unused)
    request = IdentifyRequest(request_id="identify", probe=FingerSource(encounter_id=ENCOUNTER))
    named = {
        "encounter_ids": [ENCOUNTER],
        "decision_id": "decision-1",
        "person_ids": ["person-2", "person-3"],
    }

    assert await facts(servicer.Identify, request) == named
    assert await facts(servicer.Identify, request) == named
    request.probe.person_id = PERSON
    assert await facts(servicer.Identify, request) == {
        "person_ids": [PERSON],
        "reason": "REQUEST_ID_REUSED",
    }


async def test_a_verification(base: StoreAndIndex, requests: IdempotentRequests) -> None:
    decide: Any = Decide(base.store)
    request = VerifyRequest(
        request_id="verify",
        probe=FingerSource(encounter_id=ENCOUNTER),
        reference=FingerSource(person_id="person-2"),
    )

    assert await facts(Verification(requests, _serving(verify=decide)).Verify, request) == {
        "encounter_ids": [ENCOUNTER],
        "decision_id": "decision-1",
        "person_ids": ["person-2", "person-3"],
    }


async def test_what_is_changed_and_deleted(servicer: Encounters) -> None:
    move = pb.MoveEncounterRequest(request_id="move-one", encounter_id=ENCOUNTER, person_id="p2")
    merge = pb.MergePersonsRequest(
        request_id="merge-one", from_person_id="p2", into_person_id=PERSON
    )
    delete = pb.DeleteEncounterRequest(request_id="delete-one", encounter_id=ENCOUNTER)

    assert await facts(servicer.MoveEncounter, move) == {
        "encounter_id": ENCOUNTER,
        "person_id": "p2",
    }
    assert await facts(servicer.MergePersons, merge) == {
        "person_ids": ["p2", PERSON],
        "reason": "PERSON_NOT_FOUND",
    }
    assert await facts(servicer.DeleteEncounter, delete) == {
        "encounter_id": ENCOUNTER,
        "person_id": "p2",
    }
    assert await facts(servicer.DeleteEncounter, delete) == {"encounter_id": ENCOUNTER}


async def test_a_whole_person_deleted(servicer: Encounters) -> None:
    delete = pb.DeletePersonRequest(request_id="delete-all", person_id=PERSON)

    assert await facts(servicer.DeletePerson, delete) == {
        "person_id": PERSON,
        "encounter_ids": [ENCOUNTER],
    }
