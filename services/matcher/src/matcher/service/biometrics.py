"""Servicer of `Biometrics`: work on samples that stores nothing."""

from passport.matcher.v1 import biometrics_pb2 as pb
from passport.matcher.v1 import biometrics_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.finger import Template
from matcher.service import decode
from matcher.service import encode_biometrics as encode
from matcher.use_cases.extract_template import convert_template
from matcher.use_cases.serving_bundle import ServingBundle


class Biometrics(biometrics_pb2_grpc.BiometricsServicer):
    """Assesses, extracts, converts, segments and compares samples of fingers."""

    def __init__(self, pool: WorkerPool, serving: ServingBundle) -> None:
        self._pool = pool
        self._serving = serving

    async def AssessQuality(
        self, request: pb.AssessQualityRequest, context: Context
    ) -> pb.AssessQualityResponse:
        """Return the quality of an image."""
        assessed = await self._serving.current.assess_fingers.image(
            decode.image(request.image), "image"
        )
        return encode.image_quality(assessed)

    async def AssessFingers(
        self, request: pb.AssessFingersRequest, context: Context
    ) -> pb.AssessFingersResponse:
        """Return how good each finger of a set is, and which of them are one."""
        assessment = await self._serving.current.assess_fingers(
            decode.finger_samples(request.samples), "samples"
        )
        return encode.finger_assessment(assessment)

    async def ExtractTemplate(
        self, request: pb.ExtractTemplateRequest, context: Context
    ) -> pb.ExtractTemplateResponse:
        """Extract the minutiae of an image."""
        image, edition = decode.image(request.image), decode.edition(request.format)
        bundle = self._serving.current
        extracted = await bundle.extract_template(request.position, image, edition, "image")
        return encode.extracted_template(extracted, bundle.models.versions)

    async def ConvertTemplate(
        self, request: pb.ConvertTemplateRequest, context: Context
    ) -> pb.ConvertTemplateResponse:
        """Write a template in another format."""
        template, edition = Template(request.template.data), decode.edition(request.format)
        converted = await convert_template(self._pool, template, edition, "template")
        return pb.ConvertTemplateResponse(template=encode.finger_template(converted, edition))

    async def SegmentSlap(
        self, request: pb.SegmentSlapRequest, context: Context
    ) -> pb.SegmentSlapResponse:
        """Cut the fingers out of a slap."""
        fingers = await self._serving.current.segment_slap(decode.slap(request.slap, "slap"))
        return pb.SegmentSlapResponse(fingers=[encode.slap_finger(each) for each in fingers])

    async def CompareTemplates(
        self, request: pb.CompareTemplatesRequest, context: Context
    ) -> pb.CompareTemplatesResponse:
        """Score two fingers of the request against each other, without a record of it."""
        bundle = self._serving.current
        similarity = await bundle.compare_templates(
            decode.compared_finger(request.probe), decode.compared_finger(request.reference)
        )
        return encode.finger_similarity(similarity, bundle.models.versions)
