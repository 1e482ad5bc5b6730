"""Makes decisions of what a comparison brought."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from servicekit.process.clock import Clock

from matcher.calibration.score_calibration import person_score_threshold
from matcher.comparison.comparator import PreparedFinger
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Candidate, Decision, DecisionRequest
from matcher.domain.decision_rule import outcome
from matcher.domain.finger_source import Probe
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True)
class DecisionMaker:
    """Decides. max_predicted_fnir: beyond which nobody is told no."""

    models: ModelBundle
    clock: Clock
    new_id: Callable[[], str]
    max_predicted_fnir: float

    def threshold(self, request: DecisionRequest, people: int) -> float:
        """The score from which on a candidate is a hit."""
        return person_score_threshold(request.rate, max(people, 1))

    def decide(
        self,
        request: DecisionRequest,
        side: Probe,
        fingers: Sequence[PreparedFinger],
        candidates: tuple[Candidate, ...],
        *,
        threshold: float,
        people: int,
        compared: int,
        change: ChangeToken,
    ) -> Decision:
        """The decision, not yet recorded. fingers: of the side, as far as they were compared."""
        fnir = self.models.calibration.predicted_fnir(fingers, threshold)
        return Decision(
            decision_id=self.new_id(),
            request=request,
            probe=side.references,
            outcome=outcome(
                any_hit=any(candidate.hit for candidate in candidates),
                predicted_fnir=fnir,
                most=self.max_predicted_fnir,
                misplaced=any(candidate.misplaced for candidate in candidates),
            ),
            candidates=candidates,
            threshold=threshold,
            people_searched=people,
            people_compared=compared,
            model_version=self.models.versions.model_version,
            calibration_version=self.models.versions.calibration,
            change=change,
            decided_at=self.clock.now(),
            predicted_fnir=fnir,
        )
