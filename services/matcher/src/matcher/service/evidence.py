"""Servicer of `Evidence`: recorded decisions, and drawings of the fingers compared."""

from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc
from servicekit.grpc.server import Context

from matcher.service import encode
from matcher.store.store import Store
from matcher.use_cases.draw_comparison import DrawComparison


class Evidence(identification_pb2_grpc.EvidenceServicer):
    """Shows recorded decisions, and draws the comparisons that they rest on, for examiners."""

    def __init__(self, store: Store, draw_comparison: DrawComparison) -> None:
        self._store = store
        self._draw_comparison = draw_comparison

    async def GetDecision(self, request: pb.GetDecisionRequest, context: Context) -> pb.Decision:
        """Return a decision as it was answered."""
        async with self._store.read() as records:
            return encode.decision(await records.decisions.get(request.decision_id))

    async def DrawDecision(
        self, request: pb.DrawDecisionRequest, context: Context
    ) -> pb.DrawDecisionResponse:
        """Draw a finger of the probe and of a candidate with their paired minutiae."""
        position = request.position or None
        drawn = await self._draw_comparison(request.decision_id, request.person_id, position)
        return encode.drawing(drawn)
