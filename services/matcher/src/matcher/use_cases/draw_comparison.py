"""Why a decision was what it was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.domain.biometrics import Image
from matcher.domain.decision import Decision, DecisionRecord, FingerScore
from matcher.domain.errors import DecisionNotFound, EvidenceGone
from matcher.drawing import draw_pair
from matcher.image.decode import decode
from matcher.minutiae import Minutiae
from matcher.use_cases.extract_fingers import read_template
from matcher.use_cases.ports import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class Picture:
    """Two prints and what matched. png: the file. pairs: how many minutiae are joined."""

    png: bytes
    position: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Print:
    """A stored finger. image: None if it came as a template, or images are not kept."""

    template: bytes
    image: Image | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Shows decisions."""

    store: Store
    pool: WorkerPool
    comparator: Comparator
    readiness: Readiness

    async def get(self, decision_id: str) -> DecisionRecord:
        """A decision as it was given; raises DecisionNotFound."""
        async with self.store.read() as records:
            return await records.decisions.get(decision_id)

    async def draw(self, decision_id: str, person_id: str, position: int | None) -> Picture:
        """The probe's finger beside a candidate's. position: None for the one that spoke loudest.

        Raises DecisionNotFound, EvidenceGone, NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        decision = (await self.get(decision_id)).decision
        evidence = _chosen(decision, person_id, position)
        probes = [each for each in decision.probe if each.position == evidence.position]
        left = await self._print(probes[0].encounter_id, evidence.position)
        right = await self._print(evidence.encounter_id, evidence.position)
        return await self.pool.run(_draw, self.comparator, left, right, evidence.position)

    async def _print(self, encounter_id: str | None, position: int) -> Print:
        if encounter_id is None:
            raise EvidenceGone("these fingers came with the call and were not kept")
        async with self.store.read() as records:
            templates = await records.encounters.templates([encounter_id])
            image = await records.encounters.image(encounter_id, position)
        if encounter_id not in templates:
            raise EvidenceGone("the encounter was deleted since", encounter_id=encounter_id)
        return Print(templates[encounter_id][position], image)


def _chosen(decision: Decision, person_id: str, position: int | None) -> FingerScore:
    fingers = [
        evidence
        for candidate in decision.candidates
        if candidate.person_id == person_id
        for evidence in candidate.evidence
        if position in (None, evidence.position)
    ]
    if not fingers:
        raise DecisionNotFound(
            "the decision has no such person or finger among its candidates", field="person_id"
        )
    return max(fingers, key=lambda evidence: evidence.score)


def _draw(comparator: Comparator, left: Print, right: Print, position: int) -> Picture:
    ours, theirs = read_template(left.template), read_template(right.template)
    joined = paired_minutiae(comparator.prepare(ours), comparator.prepare(theirs))
    png = draw_pair(_pixels(left, ours), ours, _pixels(right, theirs), theirs, joined)
    return Picture(png, position, len(joined))


def _pixels(stored: Print, found: Minutiae) -> NDArray[np.uint8] | None:
    if stored.image is None:
        return None
    pixels = decode(stored.image.data, stored.image.ppi)
    return pixels if pixels.shape == (found.height, found.width) else None
