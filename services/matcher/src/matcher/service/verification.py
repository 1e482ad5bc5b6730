"""Servicer of `Verification` (1:1)."""

from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.storage.idempotency import IdempotentRequests

from matcher.service import decode
from matcher.service import encode_decisions as encode
from matcher.service.decision_audit import audit_decision, audit_sides
from matcher.service.idempotent_changes import answer_once
from matcher.use_cases.serving_bundle import ServingBundle


class Verification(identification_pb2_grpc.VerificationServicer):
    """Decides whether probe and reference are of one person."""

    def __init__(self, requests: IdempotentRequests, serving: ServingBundle) -> None:
        self._requests = requests
        self._serving = serving

    async def Verify(self, request: pb.VerifyRequest, context: Context) -> pb.Decision:
        """Compare a probe with a reference."""
        audit_sides(request.probe, request.reference)
        probe = decode.finger_source(request.probe, "probe")
        reference = decode.finger_source(request.reference, "reference")
        target_fmr, origin = request.target_fmr or None, decode.origin(request)
        answer = await answer_once(
            self._requests, request, encode.decision, pb.Decision,
            lambda store_response: self._serving.current.verify(
                probe, reference, target_fmr, origin, store_response,
                forget_samples=request.forget_samples,
            ),
        )  # fmt: skip
        return audit_decision(answer, request.probe, request.reference)
