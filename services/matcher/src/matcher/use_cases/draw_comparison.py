"""Which minutiae made two fingers of a decision similar? Draws them for an examiner."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.domain.decision import Decision, FingerScore
from matcher.domain.errors import DecisionNotFound, EvidenceGone
from matcher.domain.finger import FingerImage, read_template
from matcher.drawing import draw_paired_minutiae
from matcher.image.decode import decode
from matcher.minutiae import Minutiae
from matcher.store.store import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class ComparisonDrawing:
    """A figure of two fingers side by side, paired minutiae connected. png: the image file."""

    png: bytes
    position: int
    matched_minutiae: int


@dataclass(frozen=True, slots=True)
class StoredImpression:
    """A stored finger. image: None if it came as a template, or images are not stored."""

    template: bytes
    image: FingerImage | None


@dataclass(frozen=True, slots=True)
class DrawComparison:
    """Draws a finger of the probe and of a candidate of a recorded decision."""

    store: Store
    pool: WorkerPool
    comparator: Comparator
    readiness: Readiness

    async def __call__(
        self, decision_id: str, person_id: str, position: int | None
    ) -> ComparisonDrawing:
        """Return the drawing of a finger; position None: of the one with the highest finger score.

        Raises DecisionNotFound, EvidenceGone, NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        async with self.store.read() as records:
            decision = (await records.decisions.get(decision_id)).decision
        score = _finger_score(decision, person_id, position)
        probe_ids = {finger.position: finger.encounter_id for finger in decision.probe}
        probe = await self._impression(probe_ids[score.position], score.position)
        reference = await self._impression(score.encounter_id, score.position)
        return await self.pool.run(_draw, self.comparator, probe, reference, score.position)

    async def _impression(self, encounter_id: str | None, position: int) -> StoredImpression:
        if encounter_id is None:
            raise EvidenceGone("these fingers came with the call and were not stored")
        async with self.store.read() as records:
            templates = await records.encounters.templates([encounter_id])
            image = await records.encounters.image(encounter_id, position)
        for stored in templates:
            if stored.position == position:
                return StoredImpression(stored.template, image)
        raise EvidenceGone("the encounter was deleted since", encounter_id=encounter_id)


def _finger_score(decision: Decision, person_id: str, position: int | None) -> FingerScore:
    """Return a candidate's score of a finger, or its highest; raise DecisionNotFound."""
    scores = [
        score
        for candidate in decision.candidates
        if candidate.person_id == person_id
        for score in candidate.finger_scores
        if position in (None, score.position)
    ]
    if not scores:
        raise DecisionNotFound(
            "the decision has no such person or finger among its candidates", field="person_id"
        )
    return max(scores, key=lambda score: score.score)


def _draw(
    comparator: Comparator, probe: StoredImpression, reference: StoredImpression, position: int
) -> ComparisonDrawing:
    of_probe, of_reference = read_template(probe.template), read_template(reference.template)
    paired = paired_minutiae(comparator.prepare(of_probe), comparator.prepare(of_reference))
    png = draw_paired_minutiae(
        _pixels(probe, of_probe), of_probe, _pixels(reference, of_reference), of_reference, paired
    )
    return ComparisonDrawing(png, position, len(paired))


def _pixels(stored: StoredImpression, minutiae: Minutiae) -> NDArray[np.uint8] | None:
    """Return the image at 500 dpi, if there is one and it fits the template."""
    if stored.image is None:
        return None
    pixels = decode(stored.image.data, stored.image.ppi)
    return pixels if pixels.shape == (minutiae.height, minutiae.width) else None
