"""Which answers of the matcher let an applicant go on by verification; a doubt does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as Packed
from google.rpc import code_pb2, error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status
from issuance.clients.matcher_client import MatcherClient
from issuance.domain.verification import Verification
from issuance.use_cases.ports import Unavailable
from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc

from .test_a_matcher_that_does_not_know_us_is_asked_again import TASK

HIT, CAVEAT = pb.OUTCOME_HIT, pb.CAVEAT_REFERENCE_PENDING
FRAUD = pb.Candidate(person_id="ani", hit=True, known_fraud=True)


@asynccontextmanager
async def a_matcher(answer: "pb.Decision | str") -> AsyncIterator[tuple[MatcherClient, list[Any]]]:
    """A matcher that gives this answer, or refuses for this reason; and what it was asked."""
    asked: list[Any] = []

    async def verify(request: Any, context: Any) -> pb.Decision:
        asked.append(request)
        if isinstance(answer, pb.Decision):
            return answer
        detail = Packed()
        detail.Pack(error_details_pb2.ErrorInfo(reason=answer))
        status = status_pb2.Status(code=code_pb2.FAILED_PRECONDITION, details=[detail])
        await context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError("unreachable")

    server = grpc.aio.server()
    base: Any = identification_pb2_grpc.VerificationServicer
    matcher: Any = type("Matcher", (base,), {"Verify": staticmethod(verify)})
    identification_pb2_grpc.add_VerificationServicer_to_server(matcher(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield MatcherClient(channel, 30.0), asked
    await server.stop(None)


@pytest.mark.parametrize(
    ("decision", "matches"),
    [
        (pb.Decision(outcome=HIT), True),
        (pb.Decision(outcome=pb.OUTCOME_NO_HIT), False),
        (pb.Decision(outcome=pb.OUTCOME_UNDECIDED), False),
        (pb.Decision(), False),
        (pb.Decision(outcome=HIT, caveats=[CAVEAT]), False),
        (pb.Decision(outcome=HIT, candidates=[FRAUD]), False),
        (pb.Decision(outcome=HIT, incomplete_people=1), False),
    ],
)
async def test_a_decision(decision: pb.Decision, matches: bool) -> None:
    decision.decision_id = "decision"
    async with a_matcher(decision) as (matcher, asked):
        verification = await matcher.verify(TASK, "ani", b"")

    assert verification == Verification(matches, "decision")
    assert (asked[0].reference.person_id, asked[0].request_id) == ("ani", "request")


@pytest.mark.parametrize("reason", ["PERSON_NOT_FOUND", "NO_COMMON_FINGER", "POOR_QUALITY"])
async def test_what_cannot_be_compared_matches_nobody(reason: str) -> None:
    async with a_matcher(reason) as (matcher, _):
        assert await matcher.verify(TASK, "ani", b"") == Verification(matches=False)


async def test_a_matcher_that_is_starting_is_asked_again() -> None:
    async with a_matcher("NOT_READY") as (matcher, _):
        with pytest.raises(Unavailable):
            await matcher.verify(TASK, "ani", b"")
