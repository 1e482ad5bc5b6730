"""Servicer of `Evidence`: recorded decisions, and drawings of the fingers compared."""

from collections.abc import Iterable

from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.grpc.server import Context

from matcher.service import decode
from matcher.service import encode_decisions as encode
from matcher.service.encode_alteration import alteration_drawing
from matcher.store.store import Store
from matcher.use_cases.serving_bundle import ServingBundle


class Evidence(identification_pb2_grpc.EvidenceServicer):
    """Shows recorded decisions, and draws the comparisons that they rest on, for examiners."""

    def __init__(self, store: Store, serving: ServingBundle) -> None:
        self._store = store
        self._serving = serving

    async def GetDecision(self, request: pb.GetDecisionRequest, context: Context) -> pb.Decision:
        """Return a decision as it was answered."""
        add_audit_facts(decision_id=request.decision_id)
        async with self._store.read() as records:
            found = await records.decisions.get(request.decision_id, decode.office_scope())
        add_audit_facts(
            encounter_ids=_distinct(finger.encounter_id for finger in found.decision.probe),
            person_ids=_distinct(each.person_id for each in found.decision.candidates),
        )
        return encode.decision(found)

    async def ListDecisions(
        self, request: pb.ListDecisionsRequest, context: Context
    ) -> pb.ListDecisionsResponse:
        """Return the decisions of a period that the caller may see, latest first."""
        page = decode.decision_page(request)
        async with self._store.read() as records:
            found = await records.decisions.page(page, decode.office_scope())
        answer = encode.decision_page(found, page.size)
        add_audit_facts(decision_ids=[each.decision_id for each in answer.decisions])
        return answer

    async def DrawDecision(
        self, request: pb.DrawDecisionRequest, context: Context
    ) -> pb.DrawDecisionResponse:
        """Draw a finger of the probe and of a candidate with their paired minutiae."""
        add_audit_facts(decision_id=request.decision_id, person_id=request.person_id)
        position = request.position or None
        drawn = await self._serving.current.draw_comparison(
            request.decision_id, request.person_id, position, decode.office_scope()
        )
        add_audit_facts(
            encounter_ids=_distinct(drawn.encounter_ids), person_ids=_distinct(drawn.person_ids)
        )
        return encode.drawing(drawn)

    async def DrawAlteration(
        self, request: pb.DrawAlterationRequest, context: Context
    ) -> pb.DrawAlterationResponse:
        """Draw a finger of the probe with what is unusual about its ridges."""
        add_audit_facts(decision_id=request.decision_id)
        position = request.position or None
        drawn = await self._serving.current.draw_alteration(
            request.decision_id, position, decode.office_scope()
        )
        add_audit_facts(
            encounter_ids=[drawn.encounter.encounter_id], person_ids=[drawn.encounter.person_id]
        )
        return alteration_drawing(drawn)


def _distinct(ids: Iterable[str | None]) -> list[str]:
    """Return each id once: of a decision at most 10 of its probe, and 100 of its candidates."""
    return [each for each in dict.fromkeys(ids) if each is not None]
