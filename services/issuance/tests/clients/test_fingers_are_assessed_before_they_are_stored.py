"""The matcher's quality of each image is told; what it cannot read is refused with the field."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from issuance.clients.finger_quality_client import FingerQualityClient
from issuance.domain.finger_quality import BadImage, BadTemplate, FingerQuality
from issuance.domain.fingers import FingerPosition
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.matcher.v1 import biometrics_pb2_grpc as grpc_code
from passport.matcher.v1.identification_pb2 import SampleSet
from passport.type.v1 import biometrics_pb2
from servicekit.errors import DomainError

from services.issuance.tests.service.simulated_neighbour import refuse

from .one_method_server import serving

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


async def _assess(request: pb.AssessQualityRequest, context: Any) -> pb.AssessQualityResponse:
    if request.image.data == b"small":
        await refuse(context, "INVALID_ARGUMENT", "BAD_IMAGE", "image")
    if request.image.data == b"busy":
        await refuse(context, "RESOURCE_EXHAUSTED", "OVERLOADED")
    if request.image.data == b"smudge":
        return pb.AssessQualityResponse(quality=4, minutiae=30, reason="POOR_QUALITY")
    return pb.AssessQualityResponse(quality=61, minutiae=44, acceptable=True)


async def _convert(request: pb.ConvertTemplateRequest, context: Any) -> pb.ConvertTemplateResponse:
    if request.template.data == b"text":
        await refuse(context, "INVALID_ARGUMENT", "BAD_TEMPLATE", "template")
    return pb.ConvertTemplateResponse(template=request.template)


@asynccontextmanager
async def a_matcher() -> AsyncIterator[FingerQualityClient]:
    add = grpc_code.add_BiometricsServicer_to_server
    methods = {"AssessQuality": _assess, "ConvertTemplate": _convert}
    async with serving(grpc_code.BiometricsServicer, add, **methods) as channel:
        yield FingerQualityClient(channel, 30.0)


def samples(*given: biometrics_pb2.FingerSample) -> bytes:
    return SampleSet(samples=given).SerializeToString()


async def test_the_quality_of_each_image_and_why_one_is_not_good_enough() -> None:
    given = samples(an_image(THUMB, b"clean"), an_image(INDEX, b"smudge"), MISSING)

    async with a_matcher() as matcher:
        found = await matcher.assess(given)

    assert found == [
        FingerQuality(THUMB, 61, 44),
        FingerQuality(INDEX, 4, 30, "POOR_QUALITY"),
    ]
    assert [quality.is_acceptable for quality in found] == [True, False]


@pytest.mark.parametrize(
    ("sample", "error", "field"),
    [
        (an_image(INDEX, b"small"), BadImage, "samples[1].image"),
        (a_template(INDEX, b"text"), BadTemplate, "samples[1].template"),
    ],
)
async def test_what_can_never_be_read_is_refused(
    sample: biometrics_pb2.FingerSample, error: type[DomainError], field: str
) -> None:
    async with a_matcher() as matcher:
        with pytest.raises(error) as refused:
            await matcher.assess(samples(an_image(THUMB, b"clean"), sample))

    assert refused.value.field == field


async def test_an_image_that_a_busy_matcher_leaves_out_is_not_told() -> None:
    given = samples(an_image(THUMB, b"busy"), an_image(INDEX, b"clean"), a_template(3, b"minutiae"))

    async with a_matcher() as matcher:
        found = await matcher.assess(given)

    assert [quality.position for quality in found] == [INDEX]


async def test_a_matcher_that_does_not_assess_says_nothing() -> None:
    async with serving(
        grpc_code.BiometricsServicer, grpc_code.add_BiometricsServicer_to_server
    ) as channel:
        assert await FingerQualityClient(channel, 30.0).assess(samples(an_image(1, b"x"))) == []
