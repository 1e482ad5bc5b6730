"""One against all: similar persons from the index, then the exact comparison, then a decision."""

from collections.abc import Mapping
from dataclasses import dataclass

from servicekit.failpoint import failpoint
from servicekit.pool import Pool

from matcher.domain.decision import Decision, Question
from matcher.domain.gallery import Scope, StoredPerson
from matcher.domain.probe import Side
from matcher.fingerprint.compare import Prepared, prepare
from matcher.use_cases.contest import Contender, Impression, contest
from matcher.use_cases.judge import Judge
from matcher.use_cases.ports import Index
from matcher.use_cases.prepared import Fingers, PreparedFingers


@dataclass(frozen=True, slots=True)
class Search:
    """Searches. persons_compared: how many of the most similar are compared exactly."""

    index: Index
    prepared: PreparedFingers
    pool: Pool
    judge: Judge
    persons_compared: int

    async def __call__(
        self, question: Question, side: Side, scope: Scope, *, within: float
    ) -> Decision:
        """Who this may be, by everything committed before the call; nothing is recorded yet.

        within: seconds the index may take to catch up. Raises IndexBehind, Overloaded.
        """
        embeddings = {finger.position: finger.embedding for finger in side.fingers}
        found = await self.index.search(
            embeddings, scope, count=self.persons_compared, within=within
        )
        encounter_ids = [each for person in found.persons for each in person.encounter_ids]
        fingers = await self.prepared.get(encounter_ids)
        threshold = self.judge.threshold(question, found.people)
        candidates = await self.pool.run(
            contest,
            await self.pool.run(prepare_side, side),
            [contender(person, fingers) for person in found.persons],
            threshold=threshold,
            most=question.max_candidates,
        )
        failpoint("matcher.identify.after_search")
        return self.judge.decide(
            question,
            side,
            candidates,
            threshold=threshold,
            people=found.people,
            compared=len(found.persons),
            change=found.change,
        )


def prepare_side(side: Side) -> dict[int, Prepared]:
    """The side's fingers, ready for the comparison, by position."""
    return {finger.position: prepare(finger.minutiae) for finger in side.fingers}


def contender(person: StoredPerson, fingers: Mapping[str, Fingers]) -> Contender:
    """A stored person with all the impressions there are."""
    impressions: dict[int, list[Impression]] = {}
    for encounter_id in person.encounter_ids:
        for position, finger in fingers.get(encounter_id, {}).items():
            impressions.setdefault(position, []).append(Impression(encounter_id, finger))
    return Contender(person.person_id, person.known_fraud, impressions)
