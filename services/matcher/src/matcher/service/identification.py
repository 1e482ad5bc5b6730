"""Servicer of `Identification` (1:N): a search as a call, or as an operation."""

from google.longrunning import operations_pb2
from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc
from servicekit.grpc.client_channel import downstream_timeout
from servicekit.grpc.server import Context
from servicekit.storage.idempotency import IdempotentRequests

from matcher.domain.decision import DecisionRecord
from matcher.service import decode
from matcher.service import encode_decisions as encode
from matcher.service.decision_audit import audit_decision, audit_sides
from matcher.service.idempotent_changes import answer_once
from matcher.service.start_operation import SECONDS_TO_CATCH_UP, StartOperation, operation_method
from matcher.store.store import StoreResponse
from matcher.use_cases.identify import Identify
from matcher.use_cases.run_operations import OperationMethod, RunningOperation
from matcher.use_cases.serving_bundle import ServingBundle

START_IDENTIFY = "passport.matcher.v1.Identification/StartIdentify"


class Identification(identification_pb2_grpc.IdentificationServicer):
    """Searches all persons on record for the persons of a probe."""

    def __init__(
        self, requests: IdempotentRequests, serving: ServingBundle, start: StartOperation
    ) -> None:
        self._requests = requests
        self._serving = serving
        self._start = start

    async def Identify(self, request: pb.IdentifyRequest, context: Context) -> pb.Decision:
        """Search all persons for the persons of a probe."""
        seconds_left = downstream_timeout(context)
        audit_sides(request.probe)
        answer = await answer_once(
            self._requests, request, encode.decision, pb.Decision,
            lambda store_response: _identify(
                self._serving.current.identify, request, store_response, seconds_left=seconds_left
            ),
        )  # fmt: skip
        return audit_decision(answer, request.probe)

    async def StartIdentify(
        self, request: pb.IdentifyRequest, context: Context
    ) -> operations_pb2.Operation:
        """Start a search whose decision is fetched later."""
        audit_sides(request.probe)
        decode.change_token(request.min_change_token)
        return await self._start(request, START_IDENTIFY, priority=request.search.priority)


def identify_operations(serving: ServingBundle) -> OperationMethod:
    """Return how the operations of StartIdentify are carried out."""

    async def carry_out(
        request: pb.IdentifyRequest,
        store_response: StoreResponse[DecisionRecord],
        _running: RunningOperation,
    ) -> DecisionRecord:
        audit_sides(request.probe)
        decided = await _identify(
            serving.current.identify, request, store_response, seconds_left=SECONDS_TO_CATCH_UP
        )
        audit_decision(encode.decision(decided), request.probe)
        return decided

    return operation_method(pb.IdentifyRequest, encode.decision, carry_out)


async def _identify(
    identify: Identify,
    request: pb.IdentifyRequest,
    store_response: StoreResponse[DecisionRecord],
    *,
    seconds_left: float,
) -> DecisionRecord:
    return await identify(
        decode.finger_source(request.probe, "probe"),
        decode.search_policy(request.search),
        decode.change_token(request.min_change_token),
        decode.origin(request),
        store_response,
        seconds_left=seconds_left,
    )
