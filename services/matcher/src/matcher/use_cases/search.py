"""One against all: promising persons from the index, then the exact comparison, then a decision."""

from dataclasses import dataclass

from servicekit.process.failpoint import failpoint
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import Comparator
from matcher.domain.decision import Decision, DecisionRequest
from matcher.domain.finger_source import Probe
from matcher.domain.shortlist import FingerFeatures, SearchDepth, SearchScope
from matcher.models import ModelBundle
from matcher.use_cases.compare_candidates import compare_candidates
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.ports import Index


@dataclass(frozen=True, slots=True)
class Search:
    """Searches."""

    index: Index
    pool: WorkerPool
    models: ModelBundle
    judge: DecisionMaker
    reach: SearchDepth

    async def __call__(
        self, request: DecisionRequest, side: Probe, scope: SearchScope, *, within: float
    ) -> Decision:
        """Who this may be, by everything committed before the call; nothing is recorded yet.

        within: seconds the index may take to catch up. Raises IndexBehind, Overloaded.
        """
        probe = await self.pool.run(_features, self.models.comparator, side)
        found = await self.index.search(probe, scope, self.reach, within=within)
        threshold = self.judge.threshold(request, found.people)
        fingers = {position: finger.prepared for position, finger in probe.items()}
        candidates = await self.pool.run(
            compare_candidates,
            self.models,
            fingers,
            found.persons,
            threshold=threshold,
            most=request.max_candidates,
        )
        failpoint("matcher.identify.after_search")
        return self.judge.decide(
            request,
            side,
            list(fingers.values()),
            candidates,
            threshold=threshold,
            people=found.people,
            compared=len(found.persons),
            change=found.change,
        )


def _features(comparator: Comparator, side: Probe) -> dict[int, FingerFeatures]:
    return {
        finger.position: FingerFeatures(finger.embedding, comparator.prepare(finger.minutiae))
        for finger in side.fingers
    }
