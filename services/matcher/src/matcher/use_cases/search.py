"""Identification (1:N): shortlist by embedding, prefilter, compare minutiae, decide."""

from dataclasses import dataclass

from servicekit.process.failpoint import failpoint
from servicekit.process.worker_pool import WorkerPool

from matcher.calibration.score_calibration import person_score_threshold
from matcher.domain.decision import Decision, DecisionRequest
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index.following_index import FollowingIndex
from matcher.models import ModelBundle
from matcher.use_cases.compare_candidates import compare_candidates
from matcher.use_cases.make_decision import DecisionMaker


@dataclass(frozen=True, slots=True)
class Search:
    """Searches all persons within a scope for the persons of a probe."""

    index: FollowingIndex
    pool: WorkerPool
    models: ModelBundle
    decision_maker: DecisionMaker
    depth: SearchDepth

    async def __call__(
        self, request: DecisionRequest, probe: Probe, scope: SearchScope, *, seconds_left: float
    ) -> Decision:
        """Return the decision of a search over everything committed before the call, unrecorded.

        seconds_left: that the index may take to catch up. Raises IndexBehind, Overloaded.
        """
        features = await self.pool.run(self._features, probe)
        shortlist = await self.index.search(features, scope, self.depth, seconds_left=seconds_left)
        threshold = person_score_threshold(request.target_rate, shortlist.people_searched)
        fingers = {position: finger.prepared for position, finger in features.items()}
        candidates = await self.pool.run(
            compare_candidates,
            self.models,
            fingers,
            shortlist.persons,
            threshold=threshold,
            max_candidates=request.max_candidates,
        )
        failpoint("matcher.identify.after_search")
        return self.decision_maker.decide(
            request,
            probe,
            list(fingers.values()),
            candidates,
            threshold=threshold,
            people_searched=shortlist.people_searched,
            people_compared=len(shortlist.persons),
            change_token=shortlist.change_token,
        )

    def _features(self, probe: Probe) -> dict[int, FingerFeatures]:
        prepare = self.models.comparator.prepare
        return {
            finger.position: FingerFeatures(finger.embedding, prepare(finger.minutiae))
            for finger in probe.fingers
        }
