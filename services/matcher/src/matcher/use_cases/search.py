"""One against all: promising persons from the index, then the exact comparison, then a decision."""

from dataclasses import dataclass

from servicekit.process.failpoint import failpoint
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import Comparator
from matcher.domain.decision import Decision, Question
from matcher.domain.gallery import Features, Reach, Scope
from matcher.domain.probe import Side
from matcher.models import ModelBundle
from matcher.use_cases.contest import contest
from matcher.use_cases.judge import Judge
from matcher.use_cases.ports import Index


@dataclass(frozen=True, slots=True)
class Search:
    """Searches."""

    index: Index
    pool: WorkerPool
    models: ModelBundle
    judge: Judge
    reach: Reach

    async def __call__(
        self, question: Question, side: Side, scope: Scope, *, within: float
    ) -> Decision:
        """Who this may be, by everything committed before the call; nothing is recorded yet.

        within: seconds the index may take to catch up. Raises IndexBehind, Overloaded.
        """
        probe = await self.pool.run(_features, self.models.comparator, side)
        found = await self.index.search(probe, scope, self.reach, within=within)
        threshold = self.judge.threshold(question, found.people)
        fingers = {position: finger.prepared for position, finger in probe.items()}
        candidates = await self.pool.run(
            contest,
            self.models,
            fingers,
            found.persons,
            threshold=threshold,
            most=question.max_candidates,
        )
        failpoint("matcher.identify.after_search")
        return self.judge.decide(
            question,
            side,
            list(fingers.values()),
            candidates,
            threshold=threshold,
            people=found.people,
            compared=len(found.persons),
            change=found.change,
        )


def _features(comparator: Comparator, side: Side) -> dict[int, Features]:
    return {
        finger.position: Features(finger.embedding, comparator.prepare(finger.minutiae))
        for finger in side.fingers
    }
