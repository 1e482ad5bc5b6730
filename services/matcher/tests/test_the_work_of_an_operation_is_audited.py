"""What an operation does after its call was answered leaves an audit line as the call would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.longrunning.operations_pb2 import (
    GetOperationRequest,
    ListOperationsRequest,
    WaitOperationRequest,
)
from google.protobuf.message import Message
from matcher.bootstrap import StoreAndIndex
from matcher.domain.decision import (
    Candidate,
    Decision,
    DecisionKind,
    DecisionOutcome,
    DecisionRecord,
    DecisionRequest,
)
from matcher.domain.encounter import EncounterStatus
from matcher.domain.errors import PersonNotFound
from matcher.domain.operation import (
    NewOperation,
    OperationLimits,
    OperationOrigin,
    OperationScope,
)
from matcher.service.encode_operation import encode_error
from matcher.service.encounters import START_CREATE_ENCOUNTER, enrol_operations
from matcher.service.identification import (
    START_IDENTIFY,
    Identification,
    identify_operations,
)
from matcher.service.operations import Operations
from matcher.service.start_operation import StartOperation
from matcher.store.tables import idempotency
from matcher.use_cases.enrol import Enrolled
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.run_operations import OperationRunner
from passport.matcher.v1.encounters_pb2 import CreateEncounterRequest
from passport.matcher.v1.identification_pb2 import FingerSource, IdentifyRequest
from servicekit.errors import DomainError, Overloaded
from servicekit.grpc.call_audit import audited
from servicekit.security.identity import bind_caller, parse_identity
from servicekit.storage.idempotency import IdempotentRequests

from services.captured_logs import captured_logs

from .store_and_index import NOW, finger, opened

ISSUANCE = "spiffe://id/office/national/service/issuance"
ADMINISTRATOR = "spiffe://id/office/BJM/user/ani/role/administrator"
EXAMINER = "spiffe://id/office/BJM/user/eka/role/examiner"


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    async with opened(tmp_path) as base:
        yield base


async def _decision(base: StoreAndIndex, decision_id: str) -> DecisionRecord:
    """A decision with one candidate, person 2."""
    async with base.store.read() as records:
        state = await records.changes.head()
    decision = Decision(
        decision_id,
        DecisionRequest(DecisionKind.IDENTIFY, ISSUANCE, "request", 0.001, 10),
        (),
        DecisionOutcome.HIT,
        (Candidate("person-2", 9.0, True, (), False),),
        4.0,
        2,
        2,
        "model",
        "calibration",
        state,
        NOW,
    )
    async with base.store.write() as records:
        return await records.decisions.append(decision)


class Identify:
    """Answers a search with a decision, after some errors."""

    def __init__(self, base: StoreAndIndex, *errors: DomainError) -> None:
        self._base, self._errors = base, list(errors)

    async def __call__(self, *arguments: Any, seconds_left: float) -> DecisionRecord:
        if self._errors:
            raise self._errors.pop(0)
        recorded = await _decision(self._base, "decision-1")
        async with self._base.store.write() as records:
            await arguments[-1](records, recorded)
        return recorded


class Enrol:
    """Stores the encounter, and answers with a duplicate."""

    def __init__(self, base: StoreAndIndex) -> None:
        self._base = base

    async def __call__(self, enrolment: Any, store_response: Any, **_: float) -> Enrolled:
        async with self._base.store.write() as records:
            encounter = await records.encounters.add(
                enrolment, [finger(1)], EncounterStatus.PENDING, NOW
            )
        enrolled = Enrolled(encounter, await _decision(self._base, "decision-2"))
        async with self._base.store.write() as records:
            await store_response(records, enrolled)
        return enrolled


def _runner(base: StoreAndIndex, work: Any) -> OperationRunner:
    """What carries out operations, by this work."""
    serving: Any = SimpleNamespace(current=SimpleNamespace(identify=work, enrol=work))
    methods = {
        START_IDENTIFY: identify_operations(serving),
        START_CREATE_ENCOUNTER: enrol_operations(base.store, serving),
    }
    return OperationRunner(
        base.store,
        methods,
        readiness=Readiness(),
        replica="this replica",
        running=1,
        limits=OperationLimits(10, 1_000_000),
        retention=timedelta(days=1),
        encode_error=encode_error,
        now=lambda: datetime.now(UTC),
    )


async def _work_lines(base: StoreAndIndex, method: str, request: Message, work: Any) -> list[Any]:
    """Start an operation for an examiner, let it be carried out, and return its audit lines."""
    runner = _runner(base, work)
    origin = OperationOrigin(method, ISSUANCE, EXAMINER, "BJM")
    async with base.store.write() as records:
        new = NewOperation("operation-1", origin, request.SerializeToString(), 5)
        await records.operations.add(new, datetime.now(UTC))
    with captured_logs() as lines:
        running, found = asyncio.create_task(runner.run()), list[Any]()
        async with asyncio.timeout(60):
            while not found:
                await asyncio.sleep(0.02)
                found = [line for line in lines if line["event"] == "work"]
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return found


def _facts(line: dict[str, Any]) -> dict[str, Any]:
    return {key: line[key] for key in line if key not in ("event", "log_level", "duration_ms")}


async def test_a_search_says_whose_prints_by_whom_and_for_whom(base: StoreAndIndex) -> None:
    request = IdentifyRequest(request_id="identify", probe=FingerSource(person_id="person-1"))

    (line,) = await _work_lines(base, START_IDENTIFY, request, Identify(base))

    assert _facts(line) == {
        "method": "passport.matcher.v1.Identification/StartIdentify",
        "caller": ISSUANCE,
        "on_behalf_of": EXAMINER,
        "code": "OK",
        "reason": None,
        "operation": "operation-1",
        "decision_id": "decision-1",
        "person_ids": ["person-1", "person-2"],
    }


async def test_an_enrolment_names_encounter_person_and_the_decision(base: StoreAndIndex) -> None:
    request = CreateEncounterRequest(
        request_id="enrol-one", encounter_id="encounter-1", person_id="person-1"
    )

    (line,) = await _work_lines(base, START_CREATE_ENCOUNTER, request, Enrol(base))

    assert _facts(line) == {
        "method": "passport.matcher.v1.Encounters/StartCreateEncounter",
        "caller": ISSUANCE,
        "on_behalf_of": EXAMINER,
        "code": "OK",
        "reason": None,
        "operation": "operation-1",
        "encounter_id": "encounter-1",
        "person_id": "person-1",
        "decision_id": "decision-2",
        "person_ids": ["person-2"],
    }


async def test_a_failure_says_why_and_whom_it_was_about(base: StoreAndIndex) -> None:
    request = IdentifyRequest(request_id="identify", probe=FingerSource(person_id="person-1"))
    failing = Identify(base, PersonNotFound("there is no such person"))

    (line,) = await _work_lines(base, START_IDENTIFY, request, failing)

    assert (line["code"], line["reason"]) == ("NOT_FOUND", "PERSON_NOT_FOUND")
    assert line["person_ids"] == ["person-1"]


async def test_what_must_wait_leaves_a_line_only_when_it_is_done(base: StoreAndIndex) -> None:
    request = IdentifyRequest(request_id="identify", probe=FingerSource(person_id="person-1"))
    soon = timedelta(milliseconds=1)
    waiting = Identify(base, *(Overloaded("full", retry_after=soon) for _ in range(2)))

    (line,) = await _work_lines(base, START_IDENTIFY, request, waiting)

    assert line["code"] == "OK"


async def _facts_of_call(method: Any, request: Message) -> dict[str, Any]:
    """What the audit log says of a call of an administrator."""
    context: Any = SimpleNamespace(time_remaining=lambda: None)
    with audited("method") as call, bind_caller(parse_identity(ADMINISTRATOR)):
        await method(request, context)
    return {**call.facts}


async def test_who_fetches_a_result_is_told_with_whom_it_is_about(base: StoreAndIndex) -> None:
    request = IdentifyRequest(request_id="identify", probe=FingerSource(person_id="person-1"))
    await _work_lines(base, START_IDENTIFY, request, Identify(base))
    unused: Any = None
    servicer = Operations(base.store, unused)

    got = await _facts_of_call(
        servicer.GetOperation, GetOperationRequest(name="operations/operation-1")
    )
    listed = await _facts_of_call(servicer.ListOperations, ListOperationsRequest())

    assert got == {
        "operation": "operation-1",
        "decision_id": "decision-1",
        "person_ids": ["person-2"],
    }
    assert listed == {"operations": ["operation-1"]}


async def test_who_fetches_an_enrolment_is_told_with_whom_it_is_about(base: StoreAndIndex) -> None:
    request = CreateEncounterRequest(
        request_id="enrol-one", encounter_id="encounter-1", person_id="person-1"
    )
    await _work_lines(base, START_CREATE_ENCOUNTER, request, Enrol(base))
    unused: Any = None

    got = await _facts_of_call(
        Operations(base.store, unused).WaitOperation,
        WaitOperationRequest(name="operations/operation-1"),
    )

    assert got == {
        "operation": "operation-1",
        "encounter_id": "encounter-1",
        "person_id": "person-1",
        "decision_id": "decision-2",
        "person_ids": ["person-2"],
    }


async def test_who_starts_one_names_it_and_whom_it_is_about(base: StoreAndIndex) -> None:
    requests = IdempotentRequests(base.database, idempotency)
    unused: Any = None
    start = StartOperation(requests, _runner(base, unused))
    request = IdentifyRequest(request_id="identify", probe=FingerSource(person_id="person-1"))

    facts = await _facts_of_call(Identification(requests, unused, start).StartIdentify, request)

    async with base.store.read() as records:
        (stored,) = await records.operations.page(OperationScope(), "", 10)
    assert facts == {"person_ids": ["person-1"], "operation": stored.operation_id}
    assert stored.origin.office_id == "BJM"
