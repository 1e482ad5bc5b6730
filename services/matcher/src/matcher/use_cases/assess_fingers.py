"""Would an enrolment accept fingers, while they can still be captured again?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.process.worker_pool import WorkerPool, work_priority

from matcher.alteration.alteration_score import AlterationScore
from matcher.domain.errors import PoorQuality, TooFewMinutiae
from matcher.domain.finger import FingerContent, FingerImage, FingerSample, Template
from matcher.image.decode import Decode
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.use_cases.examine_ridges import examine_ridges
from matcher.use_cases.extract_fingers import AcceptanceLimits, captured
from matcher.use_cases.finger_sequence import same_fingers
from matcher.use_cases.read_samples import (
    as_stored,
    check_minutiae,
    check_quality,
    clear_minutiae,
    read_image,
    read_view,
)
from matcher.use_cases.readiness import Readiness, ServiceLevel

_PRIORITY = 3
"""Of its work: an officer and an applicant wait for it, as for no enrolment of usual priority."""


@dataclass(frozen=True, slots=True, eq=False)
class AssessedFinger:
    """quality: NFIQ 2; None of a template. reason: why an enrolment would refuse it, or empty.

    counted: how many of the minutiae speak for its being accepted. alteration: None of a template,
    and if that cannot be told of the image.
    """

    position: int
    quality: int | None
    minutiae: Minutiae
    counted: int
    reason: str
    alteration: AlterationScore | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FingerAssessment:
    """fingers: in the order of the samples. same: pairs of positions that show one finger."""

    fingers: Sequence[AssessedFinger]
    same: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class AssessFingers:
    """Assesses fingers by the rules of an enrolment; each image is extracted once."""

    models: ModelBundle
    decode: Decode
    limits: AcceptanceLimits
    pool: WorkerPool
    readiness: Readiness

    async def __call__(self, samples: Sequence[FingerSample], field: str) -> FingerAssessment:
        """Return how good each finger is that is not missing, and which of them are one.

        field: of the samples in the request. Raises InvalidRequest if all are missing,
        DuplicatePosition, BadImage, BadTemplate, PositionMismatch, NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        with work_priority(_PRIORITY):
            fingers = await asyncio.gather(
                *(
                    self.pool.run(self._assess, sample.position, sample.content, sample_field)
                    for sample, sample_field in captured(samples, field)
                )
            )
            return FingerAssessment(fingers, await self.pool.run(self._same, fingers))

    async def image(self, image: FingerImage, field: str) -> AssessedFinger:
        """Return how good one image is. field: of it in the request. Raises BadImage, NotReady."""
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        with work_priority(_PRIORITY):
            return await self.pool.run(self._assess_image, 0, image, field)

    def _assess(self, position: int, content: FingerContent, field: str) -> AssessedFinger:
        if isinstance(content, FingerImage):
            return self._assess_image(position, content, f"{field}.image")
        if isinstance(content, Template):
            minutiae = read_view(content, f"{field}.template", position).minutiae
            refusal = self._refusal(None, minutiae)
            return AssessedFinger(position, None, minutiae, len(minutiae), refusal)
        raise AssertionError("no finger is missing, and an assessment has no slaps")

    def _assess_image(self, position: int, image: FingerImage, field: str) -> AssessedFinger:
        pixels = read_image(self.decode, image, field)
        quality, minutiae = self.models.quality(pixels), self.models.extractor(pixels)
        alteration = examine_ridges(self.models.alteration, pixels, minutiae)
        counted = clear_minutiae(minutiae)
        refusal = self._refusal(quality, counted)
        return AssessedFinger(position, quality, minutiae, len(counted), refusal, alteration)

    def _refusal(self, quality: int | None, counted: Minutiae) -> str:
        """Return the reason for which an enrolment would refuse a finger, or nothing."""
        try:
            if quality is not None:
                check_quality(quality, self.limits.minimum_quality, "")
            check_minutiae(counted, self.limits.minimum_minutiae, "")
        except (PoorQuality, TooFewMinutiae) as error:
            return error.reason
        return ""

    def _same(self, fingers: Sequence[AssessedFinger]) -> Sequence[tuple[int, int]]:
        prepare = self.models.comparator.prepare
        acceptable = {
            finger.position: prepare(as_stored(finger.minutiae))
            for finger in fingers
            if not finger.reason
        }
        return tuple(same_fingers(self.models, acceptable))
