"""What the matcher's answers mean for who collects a passport."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from issuance.clients.matcher_client import MatcherClient
from issuance.domain.finger_check import FingerCheck, FingerComparison
from issuance.use_cases.ports import Unavailable, UnusableFingers
from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc as grpc_code

from services.issuance.tests.service.simulated_neighbour import refuse

from .one_method_server import serving

HIT, NO_HIT, UNDECIDED = pb.OUTCOME_HIT, pb.OUTCOME_NO_HIT, pb.OUTCOME_UNDECIDED
UNPROVEN = pb.UNDECIDED_REASON_UNPROVEN_REFERENCE
SEQUENCE_ERROR = pb.UNDECIDED_REASON_FINGER_SEQUENCE_ERROR


@asynccontextmanager
async def a_matcher(
    answer: pb.Decision | tuple[str, str],
) -> AsyncIterator[tuple[MatcherClient, list[Any]]]:
    """A matcher that gives this answer, or refuses for a reason and field; what it was asked."""
    asked: list[Any] = []

    async def verify(request: Any, context: Any) -> pb.Decision:
        asked.append(request)
        if isinstance(answer, pb.Decision):
            return answer
        await refuse(context, "FAILED_PRECONDITION", *answer)
        raise AssertionError("unreachable")

    add = grpc_code.add_VerificationServicer_to_server
    async with serving(grpc_code.VerificationServicer, add, Verify=verify) as channel:
        yield MatcherClient(channel, 30.0), asked


def _decision(outcome: Any, hit: bool, reasons: Sequence[Any] = ()) -> pb.Decision:
    return pb.Decision(
        decision_id="decision",
        outcome=outcome,
        candidates=[pb.Candidate(person_id="ani", hit=hit)],
        undecided_reasons=reasons,
    )


@pytest.mark.parametrize(
    ("decision", "found"),
    [
        (_decision(HIT, True), FingerCheck.MATCH),
        (_decision(UNDECIDED, True, [UNPROVEN]), FingerCheck.MATCH),
        (_decision(NO_HIT, False), FingerCheck.NO_MATCH),
    ],
)
async def test_the_fingers_are_those_of_the_encounter_or_not(
    decision: pb.Decision, found: FingerCheck
) -> None:
    async with a_matcher(decision) as (matcher, asked):
        comparison = await matcher.compare_fingers("request", "encounter", b"", 30.0)

    assert comparison == FingerComparison(found, "decision")
    (request,) = asked
    assert (request.request_id, request.reference.encounter_id) == ("request", "encounter")
    assert request.forget_samples


@pytest.mark.parametrize(
    ("answer", "problem", "field"),
    [
        (_decision(UNDECIDED, False, [SEQUENCE_ERROR]), "FINGER_SEQUENCE_ERROR", ""),
        (_decision(pb.OUTCOME_UNSPECIFIED, False), "", ""),
        (("POOR_QUALITY", "probe.samples.samples[0].image"), "POOR_QUALITY", "samples[0].image"),
        (("NO_COMMON_FINGER", ""), "NO_COMMON_FINGER", ""),
    ],
)
async def test_what_says_neither_is_taken_again(
    answer: pb.Decision | tuple[str, str], problem: str, field: str
) -> None:
    async with a_matcher(answer) as (matcher, _):
        with pytest.raises(UnusableFingers) as raised:
            await matcher.compare_fingers("request", "encounter", b"", 30.0)

    assert (str(raised.value), raised.value.field) == (problem, field)


async def test_an_encounter_that_is_not_there_is_compared_with_nothing() -> None:
    async with a_matcher(("ENCOUNTER_NOT_FOUND", "")) as (matcher, _):
        comparison = await matcher.compare_fingers("request", "encounter", b"", 30.0)

    assert comparison == FingerComparison(FingerCheck.NOT_ON_RECORD)


async def test_a_matcher_that_is_starting_is_away() -> None:
    async with a_matcher(("NOT_READY", "")) as (matcher, _):
        with pytest.raises(Unavailable):
            await matcher.compare_fingers("request", "encounter", b"", 30.0)
