"""What does the matcher say of fingerprints before they are stored?"""

from typing import Any

import grpc
import structlog
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.matcher.v1 import biometrics_pb2_grpc
from passport.matcher.v1.identification_pb2 import SampleSet
from servicekit.errors import DomainError

from issuance.clients.call_errors import read_call_error
from issuance.domain.finger_quality import (
    NOT_ASSESSED,
    BadImage,
    BadTemplate,
    FingerAssessment,
    FingerQuality,
    PositionMismatch,
)
from issuance.domain.fingers import FingerPosition

_log = structlog.get_logger(__name__)

_UNREADABLE: dict[str, type[DomainError]] = {
    error.reason: error for error in (BadImage, BadTemplate, PositionMismatch)
}


class FingerQualityClient:
    """Implements `ports.FingerAssessor`. timeout: of the call, seconds of real time."""

    def __init__(self, channel: grpc.aio.Channel, timeout: float) -> None:
        self._channel = channel
        self._biometrics = biometrics_pb2_grpc.BiometricsStub(channel)
        # The officer waits: a matcher that is being connected to is not waited for.
        self._options: Any = {"timeout": timeout, "wait_for_ready": False}

    async def assess(self, fingers: bytes) -> FingerAssessment:
        """Return what the matcher says of the samples; NOT_ASSESSED if it says nothing in time.

        fingers: a serialized SampleSet. Raises BadImage, BadTemplate, PositionMismatch.
        """
        if self._channel.get_state() is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            return NOT_ASSESSED
        request = pb.AssessFingersRequest(samples=SampleSet.FromString(fingers).samples)
        try:
            answer = await self._biometrics.AssessFingers(request, **self._options)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason in _UNREADABLE:
                raise _UNREADABLE[details.reason](details.message, field=details.field) from error
            _log.warning("fingers_not_assessed", code=error.code().name, reason=details.reason)
            return NOT_ASSESSED
        return _assessment(answer)


def _assessment(answer: pb.AssessFingersResponse) -> FingerAssessment:
    return FingerAssessment(
        [
            FingerQuality(
                FingerPosition(finger.position), finger.quality, finger.minutiae, finger.reason
            )
            for finger in answer.fingers
        ],
        [(FingerPosition(pair.first), FingerPosition(pair.second)) for pair in answer.same_fingers],
    )
