"""Is this who they say?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.domain.decision import (
    DecisionKind,
    DecisionRecord,
    DecisionRequest,
    FingerSequenceError,
)
from matcher.domain.enrolment import RequestOrigin
from matcher.domain.errors import NoCommonFinger
from matcher.domain.finger_source import FingerSource, Probe, SuppliedSamples
from matcher.domain.shortlist import Impression, ReferencePerson, StoredPerson
from matcher.models import ModelBundle
from matcher.use_cases.compare_candidates import compare_candidates
from matcher.use_cases.extract_fingers import read_template
from matcher.use_cases.finger_sequence import misplaced
from matcher.use_cases.keeping import StoreAnswer
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.ports import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe


@dataclass(frozen=True, slots=True)
class Verify:
    """Compares two sides; needs no index. target_fmr: where the caller asks for none."""

    store: Store
    probing: ResolveProbe
    pool: WorkerPool
    models: ModelBundle
    judge: DecisionMaker
    readiness: Readiness
    target_fmr: float

    async def __call__(
        self,
        left: FingerSource,
        right: FingerSource,
        target_fmr: float | None,
        origin: RequestOrigin,
        keep: StoreAnswer[DecisionRecord],
    ) -> DecisionRecord:
        """The decision; its one candidate is the right side.

        Raises what Probing raises, NoCommonFinger, NotReady.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        side = await self.probing.side(left, "left")
        other = await self._contender(right)
        request = DecisionRequest(
            DecisionKind.VERIFY, origin.caller, origin.request_id, target_fmr or self.target_fmr, 1
        )
        threshold = self.judge.threshold(request, 1)
        probe = await self.pool.run(_prepared, self.models.comparator, side)
        candidates = await self.pool.run(
            compare_candidates, self.models, probe, [other], threshold=threshold, most=1
        )
        wrong = await self.pool.run(misplaced, self.models, probe, other)
        if not candidates:
            raise NoCommonFinger("the two sides have no finger in common", misplaced=_named(wrong))
        async with self.store.write() as records:
            decision = self.judge.decide(
                request,
                side,
                [probe[position] for position in probe if position in other.impressions],
                tuple(replace(candidate, misplaced=wrong) for candidate in candidates),
                threshold=threshold,
                people=1,
                compared=1,
                change=await records.changes.head(),
            )
            recorded = await records.decisions.append(decision)
            await keep(records, recorded)
        return recorded

    async def _contender(self, right: FingerSource) -> ReferencePerson:
        if isinstance(right, SuppliedSamples):
            side = await self.probing.side(right, "right")
            fingers = await self.pool.run(_prepared, self.models.comparator, side)
            return ReferencePerson(
                None, False, {position: [Impression(None, f)] for position, f in fingers.items()}
            )
        person = await self.probing.stored(right, "right")
        async with self.store.read() as records:
            templates = await records.encounters.templates(person.encounter_ids)
        return await self.pool.run(_stored_contender, self.models.comparator, person, templates)


def _prepared(comparator: Comparator, side: Probe) -> dict[int, PreparedFinger]:
    return {finger.position: comparator.prepare(finger.minutiae) for finger in side.fingers}


def _stored_contender(
    comparator: Comparator,
    person: StoredPerson,
    templates: Mapping[str, Mapping[int, bytes]],
) -> ReferencePerson:
    impressions: dict[int, list[Impression]] = {}
    for encounter_id in person.encounter_ids:
        for position, template in templates.get(encounter_id, {}).items():
            finger = comparator.prepare(read_template(template))
            impressions.setdefault(position, []).append(Impression(encounter_id, finger))
    return ReferencePerson(person.person_id, person.known_fraud, impressions)


def _named(wrong: Sequence[FingerSequenceError]) -> str:
    """Each finger as it was said and as it was found."""
    return ", ".join(f"{each.position} is {each.found}" for each in wrong)
