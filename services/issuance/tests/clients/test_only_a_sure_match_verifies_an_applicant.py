"""Which answers of the matcher let an applicant go on by verification; a doubt does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from issuance.clients.matcher_client import MatcherClient
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.verification import Verification
from issuance.use_cases.ports import Unavailable
from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc as grpc_code

from services.issuance.tests.service.simulated_neighbour import refuse

from .one_method_server import a_task, serving

TASK = a_task(OutboxTaskKind.VERIFY)
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
        await refuse(context, "FAILED_PRECONDITION", answer)
        raise AssertionError("unreachable")

    add = grpc_code.add_VerificationServicer_to_server
    async with serving(grpc_code.VerificationServicer, add, Verify=verify) as channel:
        yield MatcherClient(channel, 30.0), asked


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
