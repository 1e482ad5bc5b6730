"""What does the matcher say of fingerprints before they are stored?"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import grpc
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.matcher.v1 import biometrics_pb2_grpc
from passport.matcher.v1.identification_pb2 import SampleSet
from passport.type.v1 import biometrics_pb2
from servicekit.errors import DomainError

from issuance.clients.call_errors import CallError, read_call_error
from issuance.domain.finger_quality import BadImage, BadTemplate, FingerQuality
from issuance.domain.fingers import FingerPosition

A = TypeVar("A")
_UNREADABLE: dict[str, type[DomainError]] = {
    error.reason: error for error in (BadImage, BadTemplate)
}


class FingerQualityClient:
    """Implements `ports.FingerAssessor`.

    timeout: of each call, seconds of real time; the samples are assessed at the same time.
    """

    def __init__(self, channel: grpc.aio.Channel, timeout: float) -> None:
        self._channel = channel
        self._biometrics = biometrics_pb2_grpc.BiometricsStub(channel)
        # The officer waits: a matcher that is being connected to is not waited for.
        self._options: Any = {"timeout": timeout, "wait_for_ready": False}

    async def assess(self, fingers: bytes) -> Sequence[FingerQuality]:
        """Return the quality of each image that the matcher assessed in time.

        fingers: a serialized SampleSet. Raises BadImage, BadTemplate.
        """
        if self._channel.get_state() is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            return []
        samples = SampleSet.FromString(fingers).samples
        # All calls are waited for, so that none is left over when one raises.
        answers = await asyncio.gather(
            *(self._assess(sample, f"samples[{place}]") for place, sample in enumerate(samples)),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if isinstance(answer, FingerQuality)]

    async def _assess(
        self, sample: biometrics_pb2.FingerSample, field: str
    ) -> FingerQuality | None:
        if sample.HasField("image"):
            return await self._assess_image(sample, f"{field}.image")
        if sample.HasField("template"):
            await self._require_readable(sample.template, f"{field}.template")
        return None

    async def _assess_image(
        self, sample: biometrics_pb2.FingerSample, field: str
    ) -> FingerQuality | None:
        request = pb.AssessQualityRequest(image=sample.image)
        call = self._biometrics.AssessQuality(request, **self._options)
        answer = await _answer(call, field)
        return answer and FingerQuality(
            FingerPosition(sample.position), answer.quality, answer.minutiae, answer.reason
        )

    async def _require_readable(self, template: biometrics_pb2.FingerTemplate, field: str) -> None:
        # Converted into its own format, only to have it read.
        request = pb.ConvertTemplateRequest(template=template, format=template.format)
        await _answer(self._biometrics.ConvertTemplate(request, **self._options), field)


async def _answer(call: Awaitable[A], field: str) -> A | None:
    """Return the answer of the matcher; None if it has none now. Raises BadImage, BadTemplate."""
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        details: CallError = read_call_error(error)
        if details.reason in _UNREADABLE:
            raise _UNREADABLE[details.reason](details.message, field=field) from error
        return None
