"""Servicer of `Identification` (1:N)."""

from passport.matcher.v1 import identification_pb2 as pb
from passport.matcher.v1 import identification_pb2_grpc
from servicekit.grpc.client_channel import downstream_timeout
from servicekit.grpc.server import Context
from servicekit.storage.idempotency import IdempotentRequests

from matcher.service import decode, encode
from matcher.service.idempotent_changes import answer_once
from matcher.use_cases.identify import Identify


class Identification(identification_pb2_grpc.IdentificationServicer):
    """Searches all persons on record for the persons of a probe."""

    def __init__(self, requests: IdempotentRequests, identify: Identify) -> None:
        self._requests = requests
        self._identify = identify

    async def Identify(self, request: pb.IdentifyRequest, context: Context) -> pb.Decision:
        """Search all persons for the persons of a probe."""
        probe, policy = decode.finger_source(request.probe), decode.search_policy(request.search)
        seen, origin = decode.change_token(request.min_change_token), decode.origin(request)
        seconds_left = downstream_timeout(context)
        return await answer_once(
            self._requests, request, encode.decision, pb.Decision,
            lambda store_response: self._identify(
                probe, policy, seen, origin, store_response, seconds_left=seconds_left
            ),
        )  # fmt: skip
