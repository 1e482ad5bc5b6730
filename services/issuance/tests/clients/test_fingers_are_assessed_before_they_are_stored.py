"""What the matcher says of all fingers is told; what it cannot read is refused with the field."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from issuance.clients.finger_quality_client import FingerQualityClient
from issuance.domain.finger_check import FingersUnusable
from issuance.domain.finger_quality import (
    BadImage,
    BadTemplate,
    FingerAssessment,
    FingerQuality,
    PositionMismatch,
)
from issuance.domain.fingers import FingerPosition
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.matcher.v1 import biometrics_pb2_grpc as grpc_code
from passport.matcher.v1.identification_pb2 import SampleSet
from passport.type.v1 import biometrics_pb2
from servicekit.errors import DomainError

from services.issuance.tests.service.simulated_neighbour import refuse

from .one_method_server import refusing, serving

THUMB, INDEX = FingerPosition.RIGHT_THUMB, FingerPosition.RIGHT_INDEX


def an_image(position: int, data: bytes) -> biometrics_pb2.FingerSample:
    image = biometrics_pb2.FingerImage(data=data, format=biometrics_pb2.IMAGE_FORMAT_PNG, ppi=500)
    return biometrics_pb2.FingerSample(position=position, image=image)  # type: ignore[arg-type]


def a_template(position: int, data: bytes) -> biometrics_pb2.FingerSample:
    template = biometrics_pb2.FingerTemplate(
        data=data, format=biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2011
    )
    return biometrics_pb2.FingerSample(position=position, template=template)  # type: ignore[arg-type]


MISSING = biometrics_pb2.FingerSample(
    position=biometrics_pb2.FINGER_POSITION_LEFT_RING,
    missing_reason=biometrics_pb2.MISSING_REASON_AMPUTATED,
)


@asynccontextmanager
async def a_matcher(**methods: Any) -> AsyncIterator[FingerQualityClient]:
    add = grpc_code.add_BiometricsServicer_to_server
    async with serving(grpc_code.BiometricsServicer, add, **methods) as channel:
        yield FingerQualityClient(channel, timeout=1000.0, seconds_per_image=500.0)


GIVEN = SampleSet(
    samples=[an_image(THUMB, b"clean"), a_template(INDEX, b"minutiae"), MISSING]
).SerializeToString()


async def test_how_good_each_finger_is_and_which_are_one() -> None:
    asked = []

    async def assess(request: pb.AssessFingersRequest, context: Any) -> pb.AssessFingersResponse:
        asked.append([FingerPosition(sample.position) for sample in request.samples])
        return pb.AssessFingersResponse(
            fingers=[
                pb.AssessedFinger(position=THUMB, quality=61, minutiae=44, acceptable=True),  # type: ignore[arg-type]
                pb.AssessedFinger(position=INDEX, minutiae=7, reason="TOO_FEW_MINUTIAE"),  # type: ignore[arg-type]
            ],
            same_fingers=[pb.SameFinger(first=THUMB, second=INDEX)],  # type: ignore[arg-type]
        )

    async with a_matcher(AssessFingers=assess) as matcher:
        found = await matcher.assess(GIVEN, None)

    assert asked == [[THUMB, INDEX, FingerPosition.LEFT_RING]]
    assert found == FingerAssessment(
        [FingerQuality(THUMB, 61, 44), FingerQuality(INDEX, 0, 7, "TOO_FEW_MINUTIAE")],
        [(THUMB, INDEX)],
    )
    assert [quality.is_acceptable for quality in found.qualities] == [True, False]


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (BadImage, "samples[0].image"),
        (BadTemplate, "samples[1].template"),
        (PositionMismatch, "samples[1].template"),
    ],
)
async def test_what_can_never_be_used_is_refused(error: type[DomainError], field: str) -> None:
    async def assess(request: pb.AssessFingersRequest, context: Any) -> None:
        await refuse(context, "INVALID_ARGUMENT", error.reason, field)

    async with a_matcher(AssessFingers=assess) as matcher:
        with pytest.raises(error) as refused:
            await matcher.assess(GIVEN, None)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("reason", "field", "named"),
    [
        ("INVALID_REQUEST", "samples[0].image.ppi", "samples[0].image.ppi"),
        ("DUPLICATE_POSITION", "samples[1].position", "samples[1].position"),
        ("REQUEST_TOO_LARGE", "", "samples"),
    ],
)
async def test_what_an_enrolment_would_be_refused_for_is_refused(
    reason: str, field: str, named: str
) -> None:
    async def assess(request: pb.AssessFingersRequest, context: Any) -> None:
        await refuse(context, "INVALID_ARGUMENT", reason, field)

    async with a_matcher(AssessFingers=assess) as matcher:
        with pytest.raises(FingersUnusable) as refused:
            await matcher.assess(GIVEN, None)

    assert (refused.value.field, refused.value.metadata["problem"]) == (named, reason)


@pytest.mark.parametrize(
    ("images", "at_most", "seconds"),
    [(0, None, 1000.0), (10, None, 6000.0), (10, 3000.0, 3000.0)],
)
async def test_more_images_may_take_longer_within_the_deadline_of_the_officer(
    images: int, at_most: float | None, seconds: float
) -> None:
    left = []

    async def assess(request: pb.AssessFingersRequest, context: Any) -> pb.AssessFingersResponse:
        left.append(context.time_remaining())
        return pb.AssessFingersResponse()

    fingers = [an_image(position, b"clean") for position in range(1, images + 1)]
    given = SampleSet(samples=fingers or [a_template(INDEX, b"minutiae")]).SerializeToString()
    async with a_matcher(AssessFingers=assess) as matcher:
        await matcher.assess(given, at_most)

    assert left == [pytest.approx(seconds, rel=0.2)]  # hours: no load of the machine matters


@pytest.mark.parametrize(
    ("methods", "reason"),
    [
        ({"AssessFingers": refusing("OVERLOADED", "RESOURCE_EXHAUSTED")}, "OVERLOADED"),
        ({}, "UNIMPLEMENTED"),
    ],
)
async def test_a_matcher_that_says_nothing_says_why(methods: dict[str, Any], reason: str) -> None:
    async with a_matcher(**methods) as matcher:
        found = await matcher.assess(GIVEN, None)

    assert found == FingerAssessment(not_assessed=reason)


async def test_a_matcher_that_cannot_be_reached_says_nothing() -> None:
    channel = grpc.aio.insecure_channel("localhost:1")
    matcher = FingerQualityClient(channel, timeout=1000.0, seconds_per_image=500.0)
    found = [await matcher.assess(GIVEN, None) for _ in range(2)]
    await channel.close()

    assert found == [FingerAssessment(not_assessed="UNAVAILABLE")] * 2
