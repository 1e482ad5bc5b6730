"""Searches, comparisons and their evidence on the wire."""

from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc
from servicekit.grpc.client_channel import downstream_timeout
from servicekit.grpc.server import Context
from servicekit.storage.idempotency import IdempotentRequests

from matcher.service import decode, encode
from matcher.service.answer_once import answer_once
from matcher.use_cases.draw_comparison import Evidence as EvidenceUseCase
from matcher.use_cases.identify import Identify
from matcher.use_cases.verify import Verify


class Identification(identification_pb2_grpc.IdentificationServicer):
    """Who is this."""

    def __init__(self, once: IdempotentRequests, identify: Identify) -> None:
        self._once = once
        self._identify = identify

    async def Identify(self, request: pb.IdentifyRequest, context: Context) -> pb.Decision:
        """Search everybody."""
        probe, policy = decode.probe(request.probe), decode.search_policy(request.search)
        seen, origin = decode.change(request.min_change_token), decode.origin(request)
        within = downstream_timeout(context)
        return await answer_once(
            self._once, request, encode.decision, pb.Decision,
            lambda keep: self._identify(probe, policy, seen, origin, keep, within=within),
        )  # fmt: skip


class Verification(identification_pb2_grpc.VerificationServicer):
    """Is this who they say."""

    def __init__(self, once: IdempotentRequests, verify: Verify) -> None:
        self._once = once
        self._verify = verify

    async def Verify(self, request: pb.VerifyRequest, context: Context) -> pb.Decision:
        """Compare two sides."""
        left, right = decode.probe(request.probe), decode.probe(request.reference)
        target_fmr, origin = request.target_fmr or None, decode.origin(request)
        return await answer_once(
            self._once, request, encode.decision, pb.Decision,
            lambda keep: self._verify(left, right, target_fmr, origin, keep),
        )  # fmt: skip


class Evidence(identification_pb2_grpc.EvidenceServicer):
    """Why."""

    def __init__(self, evidence: EvidenceUseCase) -> None:
        self._evidence = evidence

    async def GetDecision(self, request: pb.GetDecisionRequest, context: Context) -> pb.Decision:
        """Show a decision."""
        return encode.decision(await self._evidence.get(request.decision_id))

    async def DrawDecision(
        self, request: pb.DrawDecisionRequest, context: Context
    ) -> pb.DrawDecisionResponse:
        """Draw what matched."""
        position = request.position or None
        return encode.picture(
            await self._evidence.draw(request.decision_id, request.person_id, position)
        )
