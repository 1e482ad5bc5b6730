"""What is unusual about the ridges of a finger? Draws it for whoever decides about them."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from servicekit.process.worker_pool import WorkerPool

from matcher.alteration.detector import Examination
from matcher.alteration.drawing import draw_examination
from matcher.domain.decision import ProbeFinger
from matcher.domain.encounter import Encounter
from matcher.domain.errors import DecisionNotFound, EvidenceGone
from matcher.domain.finger import FingerImage
from matcher.domain.office_scope import OfficeScope
from matcher.image.decode import Decode
from matcher.image.unreadable_image import UnreadableImage
from matcher.models import ModelBundle
from matcher.store.store import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.stored_impression import stored_impression

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class AlterationDrawing:
    """A figure of a finger, a PNG file, and what it shows. encounter: as it is stored now."""

    png: bytes
    position: int
    examination: Examination
    encounter: Encounter


@dataclass(frozen=True, slots=True)
class DrawAlteration:
    """Examines the stored image of a finger of a decision's probe again, and draws it."""

    store: Store
    pool: WorkerPool
    decode: Decode
    models: ModelBundle
    readiness: Readiness

    async def __call__(
        self, decision_id: str, position: int | None, scope: OfficeScope
    ) -> AlterationDrawing:
        """Return the drawing of a finger; position None: of the one with the highest score.

        That is among those with an image; if none was examined, the first of these.
        scope: the offices whose decisions may be seen. Raises DecisionNotFound, EvidenceGone,
        NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        async with self.store.read() as records:
            decision = (await records.decisions.get(decision_id, scope)).decision
        fingers = [finger for finger in decision.probe if position in (None, finger.position)]
        if not fingers:
            raise DecisionNotFound("the probe of the decision has no such finger", field="position")
        finger = fingers[0] if len(fingers) == 1 else await self._highest(fingers)
        impression = await stored_impression(
            self.store,
            finger.encounter_id,
            finger.position,
            decision.probe,
            decision.change_token,
        )
        if impression.image is None:
            raise EvidenceGone(
                "no image of this finger is stored",
                encounter_id=impression.encounter.encounter_id,
            )
        encounter = impression.encounter
        try:
            png, examination = await self.pool.run(self._draw, impression.image)
        except UnreadableImage as unreadable:
            encounter_id, fault = encounter.encounter_id, unreadable.fault
            _log.error("stored_image_unreadable", encounter_id=encounter_id, fault=fault)
            raise EvidenceGone(
                f"the stored image cannot be read: {fault}", encounter_id=encounter_id
            ) from None
        return AlterationDrawing(png, finger.position, examination, encounter)

    async def _highest(self, fingers: Sequence[ProbeFinger]) -> ProbeFinger:
        """Return the finger of highest score of those with an image; if none has one, any."""
        encounter_ids = sorted({each.encounter_id for each in fingers if each.encounter_id})
        async with self.store.read() as records:
            scores = await records.encounters.alteration_scores_of_images(encounter_ids)

        def rank(finger: ProbeFinger) -> tuple[bool, float]:
            key = finger.encounter_id or "", finger.position
            score = scores.get(key)
            return key in scores, -1.0 if score is None else score

        return max(fingers, key=rank)

    def _draw(self, image: FingerImage) -> tuple[bytes, Examination]:
        pixels = self.decode(image.data, image.ppi, image.raw_size)
        minutiae = self.models.extractor(pixels)
        examination = self.models.alteration(pixels, minutiae)
        if examination is None:
            raise EvidenceGone("the image shows too little of the finger")
        return draw_examination(pixels, minutiae, examination), examination
