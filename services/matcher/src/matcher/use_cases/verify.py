"""Is this who they say?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.domain.decision import Kind, Misplaced, Question, Recorded
from matcher.domain.enrolment import Origin
from matcher.domain.errors import NoCommonFinger
from matcher.domain.gallery import Contender, Impression, StoredPerson
from matcher.domain.probe import GivenSamples, Probe, Side
from matcher.models import ModelBundle
from matcher.use_cases.capture import read_template
from matcher.use_cases.contest import contest
from matcher.use_cases.judge import Judge
from matcher.use_cases.keeping import Keep
from matcher.use_cases.misplaced import misplaced
from matcher.use_cases.ports import Store
from matcher.use_cases.probing import Probing
from matcher.use_cases.readiness import Level, Readiness


@dataclass(frozen=True, slots=True)
class Verify:
    """Compares two sides; needs no index. target_fmr: where the caller asks for none."""

    store: Store
    probing: Probing
    pool: WorkerPool
    models: ModelBundle
    judge: Judge
    readiness: Readiness
    target_fmr: float

    async def __call__(
        self,
        left: Probe,
        right: Probe,
        target_fmr: float | None,
        origin: Origin,
        keep: Keep[Recorded],
    ) -> Recorded:
        """The decision; its one candidate is the right side.

        Raises what Probing raises, NoCommonFinger, NotReady.
        """
        self.readiness.require(Level.VERIFY_ONLY)
        side = await self.probing.side(left, "left")
        other = await self._contender(right)
        question = Question(
            Kind.VERIFY, origin.caller, origin.request_id, target_fmr or self.target_fmr, 1
        )
        threshold = self.judge.threshold(question, 1)
        probe = await self.pool.run(_prepared, self.models.comparator, side)
        candidates = await self.pool.run(
            contest, self.models, probe, [other], threshold=threshold, most=1
        )
        wrong = await self.pool.run(misplaced, self.models, probe, other)
        if not candidates:
            raise NoCommonFinger("the two sides have no finger in common", misplaced=_named(wrong))
        async with self.store.write() as records:
            decision = self.judge.decide(
                question,
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

    async def _contender(self, right: Probe) -> Contender:
        if isinstance(right, GivenSamples):
            side = await self.probing.side(right, "right")
            fingers = await self.pool.run(_prepared, self.models.comparator, side)
            return Contender(
                None, False, {position: [Impression(None, f)] for position, f in fingers.items()}
            )
        person = await self.probing.stored(right, "right")
        async with self.store.read() as records:
            templates = await records.encounters.templates(person.encounter_ids)
        return await self.pool.run(_stored_contender, self.models.comparator, person, templates)


def _prepared(comparator: Comparator, side: Side) -> dict[int, PreparedFinger]:
    return {finger.position: comparator.prepare(finger.minutiae) for finger in side.fingers}


def _stored_contender(
    comparator: Comparator,
    person: StoredPerson,
    templates: Mapping[str, Mapping[int, bytes]],
) -> Contender:
    impressions: dict[int, list[Impression]] = {}
    for encounter_id in person.encounter_ids:
        for position, template in templates.get(encounter_id, {}).items():
            finger = comparator.prepare(read_template(template))
            impressions.setdefault(position, []).append(Impression(encounter_id, finger))
    return Contender(person.person_id, person.known_fraud, impressions)


def _named(wrong: Sequence[Misplaced]) -> str:
    """Each finger as it was said and as it was found."""
    return ", ".join(f"{each.position} is {each.found}" for each in wrong)
