"""How does a caller get the template of a finger image, or another edition of a template?"""

from dataclasses import dataclass

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.errors import BadTemplate
from matcher.domain.finger import FingerImage, FingerSample, Template
from matcher.record import iso19794
from matcher.record.invalid_record import InvalidRecord
from matcher.use_cases.extract_fingers import ExtractFingers
from matcher.use_cases.read_samples import read_view
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class ExtractedTemplate:
    """A record of ISO/IEC 19794-2. quality: NFIQ 2 of the image it was extracted from."""

    template: bytes
    edition: iso19794.Edition
    minutiae: int
    quality: int


@dataclass(frozen=True, slots=True)
class ExtractTemplate:
    """Extracts a template as an enrolment does, and stores nothing."""

    extract: ExtractFingers
    readiness: Readiness

    async def __call__(
        self, position: int, image: FingerImage, edition: iso19794.Edition, field: str
    ) -> ExtractedTemplate:
        """Return the template. Raises BadImage, PoorQuality, TooFewMinutiae, NotReady."""
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        finger = await self.extract.image(FingerSample(position, 0, image), image, field)
        record = iso19794.FingerRecord(position, 0, finger.minutiae)
        template = iso19794.write(record, edition=edition)
        return ExtractedTemplate(template, edition, len(finger.minutiae), finger.quality or 0)


async def convert_template(
    pool: WorkerPool, template: Template, edition: iso19794.Edition, field: str
) -> bytes:
    """Return a template as a record of an edition. Raises BadTemplate."""
    return await pool.run(_convert, template, edition, field)


def _convert(template: Template, edition: iso19794.Edition, field: str) -> bytes:
    view = read_view(template, field)
    try:
        return iso19794.write(view, edition=edition)
    except InvalidRecord as error:
        raise BadTemplate(str(error), field=field) from None
