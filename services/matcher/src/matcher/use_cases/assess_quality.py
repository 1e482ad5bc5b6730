"""Is an image good enough to enrol the finger, while it can still be captured again?"""

from dataclasses import dataclass

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.errors import PoorQuality, TooFewMinutiae
from matcher.domain.finger import FingerImage
from matcher.image.decode import Decode
from matcher.models import ModelBundle
from matcher.use_cases.extract_fingers import AcceptanceLimits
from matcher.use_cases.read_samples import check_minutiae, read_image
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class ImageQuality:
    """quality: NFIQ 2. minutiae: how many. reason: why an enrolment would refuse it, or empty."""

    quality: int
    minutiae: int
    reason: str


@dataclass(frozen=True, slots=True)
class AssessQuality:
    """Assesses images of fingers by the limits of enrolment."""

    models: ModelBundle
    decode: Decode
    limits: AcceptanceLimits
    pool: WorkerPool
    readiness: Readiness

    async def __call__(self, image: FingerImage, field: str) -> ImageQuality:
        """Return the quality of an image. Raises BadImage, NotReady."""
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        return await self.pool.run(self._assess, image, field)

    def _assess(self, image: FingerImage, field: str) -> ImageQuality:
        pixels = read_image(self.decode, image, field)
        quality, minutiae = self.models.quality(pixels), self.models.extractor(pixels)
        reason = ""
        try:
            check_minutiae(minutiae, self.limits.minimum_minutiae, field)
        except TooFewMinutiae as error:
            reason = error.reason
        if quality < self.limits.minimum_quality:
            reason = PoorQuality.reason  # which an enrolment looks at first
        return ImageQuality(quality, len(minutiae), reason)
