"""What does the matcher say of fingerprints before they are stored?"""

from typing import Any

import grpc
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.matcher.v1 import biometrics_pb2_grpc
from passport.matcher.v1.alteration_pb2 import ALTERATION_FINDING_POSSIBLY_ALTERED
from passport.matcher.v1.identification_pb2 import SampleSet
from servicekit.errors import DomainError

from issuance.clients.call_errors import read_call_error
from issuance.clients.unusable_fingers import concerns_samples
from issuance.domain.finger_check import FingersUnusable
from issuance.domain.finger_quality import (
    BadImage,
    BadTemplate,
    FingerAssessment,
    FingerQuality,
    PositionMismatch,
)
from issuance.domain.fingers import FingerPosition

_UNREADABLE: dict[str, type[DomainError]] = {
    error.reason: error for error in (BadImage, BadTemplate, PositionMismatch)
}


class FingerQualityClient:
    """Implements `ports.FingerAssessor`.

    timeout: of the call, seconds of real time. seconds_per_image: how much more for each image.
    """

    def __init__(self, channel: grpc.aio.Channel, timeout: float, seconds_per_image: float) -> None:
        self._channel = channel
        self._biometrics = biometrics_pb2_grpc.BiometricsStub(channel)
        self._timeout = timeout
        self._seconds_per_image = seconds_per_image

    async def assess(self, fingers: bytes, seconds: float | None) -> FingerAssessment:
        """Return what the matcher says of the samples, or why it says nothing in time.

        fingers: a serialized SampleSet. seconds: of real time that the call may take at most, None
        for what is usual. Raises BadImage, BadTemplate, PositionMismatch, and FingersUnusable for
        whatever else an enrolment of the samples is refused for.
        """
        if self._channel.get_state() is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            return FingerAssessment(not_assessed="UNAVAILABLE")
        request = pb.AssessFingersRequest(samples=SampleSet.FromString(fingers).samples)
        # The officer waits: a matcher that is being connected to is not waited for.
        options: Any = {"timeout": self._seconds(request, seconds), "wait_for_ready": False}
        try:
            answer = await self._biometrics.AssessFingers(request, **options)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason in _UNREADABLE:
                raise _UNREADABLE[details.reason](details.message, field=details.field) from error
            if concerns_samples(details):
                field = details.field or "samples"
                raise FingersUnusable(
                    details.message, field=field, problem=details.reason
                ) from error
            return FingerAssessment(not_assessed=details.reason)
        return _assessment(answer)

    def _seconds(self, request: pb.AssessFingersRequest, most: float | None) -> float:
        images = sum(sample.HasField("image") for sample in request.samples)
        usual = self._timeout + images * self._seconds_per_image
        return usual if most is None else min(usual, most)


def _assessment(answer: pb.AssessFingersResponse) -> FingerAssessment:
    return FingerAssessment(
        [
            FingerQuality(
                FingerPosition(finger.position),
                finger.quality,
                finger.minutiae,
                finger.reason,
                finger.alteration.score if finger.alteration.HasField("score") else None,
                finger.alteration.finding == ALTERATION_FINDING_POSSIBLY_ALTERED,
            )
            for finger in answer.fingers
        ],
        [(FingerPosition(pair.first), FingerPosition(pair.second)) for pair in answer.same_fingers],
    )
