"""How similar are two fingers that a caller sends? Nothing is stored, no decision is recorded."""

from dataclasses import dataclass

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.finger import FingerImage, Template
from matcher.image.decode import Decode
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.use_cases.compare_persons import FingerSimilarity, finger_similarities
from matcher.use_cases.read_samples import (
    as_stored,
    check_minutiae,
    clear_minutiae,
    read_image,
    read_view,
)
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class CompareTemplates:
    """Compares two fingers, each an image or a template."""

    models: ModelBundle
    decode: Decode
    minimum_minutiae: int
    pool: WorkerPool
    readiness: Readiness

    async def __call__(
        self, probe: FingerImage | Template, reference: FingerImage | Template
    ) -> FingerSimilarity:
        """Return their similarity. Raises BadImage, BadTemplate, TooFewMinutiae, NotReady."""
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        return await self.pool.run(self._compare, probe, reference)

    def _compare(
        self, probe: FingerImage | Template, reference: FingerImage | Template
    ) -> FingerSimilarity:
        prepare = self.models.comparator.prepare
        first = prepare(self._minutiae(probe, "probe"))
        second = prepare(self._minutiae(reference, "reference"))
        (similarity,) = finger_similarities(self.models, first, [second])
        return similarity

    def _minutiae(self, content: FingerImage | Template, field: str) -> Minutiae:
        if isinstance(content, FingerImage):
            field = f"{field}.image"
            minutiae = self.models.extractor(read_image(self.decode, content, field))
            counted = clear_minutiae(minutiae)
        else:
            field = f"{field}.template"
            counted = minutiae = read_view(content, field).minutiae
        check_minutiae(counted, self.minimum_minutiae, field)
        return as_stored(minutiae)
