"""Which minutiae made two fingers of a decision similar? Draws them for an examiner."""

from dataclasses import dataclass

import numpy as np
import structlog
from numpy.typing import NDArray
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import paired_minutiae
from matcher.domain.decision import Decision, FingerScore
from matcher.domain.errors import DecisionNotFound, UnreadableTemplate
from matcher.domain.finger import read_stored_template
from matcher.domain.office_scope import OfficeScope
from matcher.drawing import draw_paired_minutiae
from matcher.image.decode import Decode
from matcher.image.unreadable_image import UnreadableImage
from matcher.minutiae import Minutiae
from matcher.store.store import Store
from matcher.use_cases.installed_comparators import InstalledComparators
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.stored_impression import StoredImpression, stored_impression

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ComparisonDrawing:
    """A figure of two fingers side by side, paired minutiae connected.

    png: the image file. comparison_version: by which the minutiae are paired. is_of_decision:
    whether the decision was made by it. encounter_ids, person_ids: of the finger of the probe and
    of the candidate, as they are stored now.
    """

    png: bytes
    position: int
    matched_minutiae: int
    comparison_version: str
    is_of_decision: bool
    encounter_ids: tuple[str, str]
    person_ids: tuple[str, str]


@dataclass(frozen=True, slots=True)
class DrawComparison:
    """Draws a finger of the probe and of a candidate of a recorded decision.

    Minutiae are paired by the comparison that decided. Where that is no more installed they are by
    the one that serves, and the figure says so.
    """

    store: Store
    pool: WorkerPool
    decode: Decode
    comparators: InstalledComparators
    readiness: Readiness

    async def __call__(
        self, decision_id: str, person_id: str, position: int | None, scope: OfficeScope
    ) -> ComparisonDrawing:
        """Return the drawing of a finger; position None: of the one with the highest finger score.

        position: of the probe's finger. scope: the offices whose decisions may be seen.

        Raises DecisionNotFound, EvidenceGone, UnreadableTemplate, NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        async with self.store.read() as records:
            decision = (await records.decisions.get(decision_id, scope)).decision
        score = _finger_score(decision, person_id, position)
        probe_ids = {finger.position: finger.encounter_id for finger in decision.probe}
        probe = await stored_impression(
            self.store,
            probe_ids[score.position],
            score.position,
            decision.probe,
            decision.change_token,
        )
        reference = await stored_impression(
            self.store,
            score.encounter_id,
            score.reference_position or score.position,
            decision.reference,
            decision.change_token,
        )
        return await self.pool.run(
            self._draw, probe, reference, score.position, decision.comparison_version
        )

    def _draw(
        self, probe: StoredImpression, reference: StoredImpression, position: int, version: str
    ) -> ComparisonDrawing:
        of_probe = read_stored_template(probe.template, probe.template_sha256)
        of_reference = read_stored_template(reference.template, reference.template_sha256)
        if of_probe is None or of_reference is None:
            raise UnreadableTemplate("a stored template cannot be read")
        decided = self.comparators(version)
        drawn = decided or self.comparators.serving
        paired = paired_minutiae(drawn.prepare(of_probe), drawn.prepare(of_reference))
        caption = (
            ""
            if decided
            else f"Decided by {version}, which is not installed.\nPairs are by {drawn.version}."
        )
        png = draw_paired_minutiae(
            self._pixels(probe, of_probe), of_probe,
            self._pixels(reference, of_reference), of_reference,
            paired, caption,
        )  # fmt: skip
        encounters = probe.encounter, reference.encounter
        return ComparisonDrawing(
            png,
            position,
            len(paired),
            drawn.version,
            decided is not None,
            (encounters[0].encounter_id, encounters[1].encounter_id),
            (encounters[0].person_id, encounters[1].person_id),
        )

    def _pixels(self, stored: StoredImpression, minutiae: Minutiae) -> NDArray[np.uint8] | None:
        """Return the image at 500 dpi, if there is one, it can be read and fits the template."""
        if stored.image is None:
            return None
        try:
            pixels = self.decode(stored.image.data, stored.image.ppi, stored.image.raw_size)
        except UnreadableImage as unreadable:
            _log.error(
                "stored_image_unreadable",
                encounter_id=stored.encounter.encounter_id,
                fault=unreadable.fault,
            )
            return None
        return pixels if pixels.shape == (minutiae.height, minutiae.width) else None


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
