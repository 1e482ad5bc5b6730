"""Ids that mean nothing are refused, each with its reason."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from passport.matcher.v1 import encounters_pb2, identification_pb2

from .caller import Caller, refusal
from .people import fingers, given

ACTIVE = encounters_pb2.ENCOUNTER_STATUS_ACTIVE
NO_ENCOUNTER = identification_pb2.FingerSource(encounter_id="nothing")
NO_PERSON = identification_pb2.FingerSource(person_id="nobody")
Call = Callable[[Caller], Awaitable[Any]]


@pytest.mark.parametrize(
    ("call", "reason", "field"),
    [
        (lambda caller: caller.get("nothing"), "ENCOUNTER_NOT_FOUND", "encounter_id"),
        (
            lambda caller: caller.set_status("nothing", ACTIVE),
            "ENCOUNTER_NOT_FOUND",
            "encounter_id",
        ),
        (lambda caller: caller.delete("nothing"), "ENCOUNTER_NOT_FOUND", "encounter_id"),
        (
            lambda caller: caller.identify(NO_ENCOUNTER),
            "ENCOUNTER_NOT_FOUND",
            "probe.encounter_id",
        ),
        (lambda caller: caller.identify(NO_PERSON), "PERSON_NOT_FOUND", "probe.person_id"),
        (
            lambda caller: caller.verify(given(fingers(1)), NO_ENCOUNTER),
            "ENCOUNTER_NOT_FOUND",
            "reference.encounter_id",
        ),
        (
            lambda caller: caller.verify(NO_PERSON, given(fingers(1))),
            "PERSON_NOT_FOUND",
            "probe.person_id",
        ),
        (lambda caller: caller.decision("nothing"), "DECISION_NOT_FOUND", "decision_id"),
        (lambda caller: caller.draw("nothing", "nobody"), "DECISION_NOT_FOUND", "decision_id"),
    ],
)
async def test_an_unknown_id_is_not_found(
    issuance: Caller, call: Call, reason: str, field: str
) -> None:
    refused = await refusal(call(issuance))

    assert (refused.code, refused.reason) == ("NOT_FOUND", reason)
    assert refused.fields == [field]


async def test_a_decision_draws_only_its_own_candidates(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    decision = await issuance.identify(given(fingers(someone, impression=1)))

    refused = await refusal(issuance.draw(decision.decision_id, "nobody"))

    assert (refused.code, refused.reason) == ("NOT_FOUND", "DECISION_NOT_FOUND")


async def test_fingers_that_came_with_the_call_are_not_kept(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    decision = await issuance.identify(given(fingers(someone, impression=1)))

    refused = await refusal(issuance.draw(decision.decision_id, f"person-of-{someone}"))

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "EVIDENCE_GONE")
    assert await issuance.decision(decision.decision_id) == decision


async def test_an_expired_deadline_ends_the_call_and_nothing_else(
    issuance: Caller, someone: int
) -> None:
    probe = given(fingers(someone))

    with pytest.raises(grpc.aio.AioRpcError) as late:
        await issuance.identify(probe, timeout=0.001)

    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert (await issuance.identify(probe)).outcome == identification_pb2.OUTCOME_NO_HIT


async def test_a_change_token_must_be_one(issuance: Caller) -> None:
    refused = await refusal(issuance.identify(given(fingers(1)), seen="yesterday"))

    assert (refused.reason, refused.fields) == ("INVALID_REQUEST", ["min_change_token"])
