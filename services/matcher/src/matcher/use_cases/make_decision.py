"""Which decision follows from the candidates' scores, and what is recorded of it?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from servicekit.process.clock import Clock

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Candidate, Decision, DecisionRequest
from matcher.domain.decision_rule import decide_outcome
from matcher.domain.finger_source import Probe
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True)
class DecisionMaker:
    """Applies the decision rule and puts together what is recorded.

    new_id: makes ids of decisions. max_predicted_fnir: highest predicted FNIR at which NO_HIT may
    be answered; above it the outcome without a hit is UNDECIDED.
    """

    models: ModelBundle
    clock: Clock
    new_id: Callable[[], str]
    max_predicted_fnir: float

    def decide(
        self,
        request: DecisionRequest,
        probe: Probe,
        compared_fingers: Sequence[PreparedFinger],
        candidates: tuple[Candidate, ...],
        *,
        threshold: float,
        people_searched: int,
        people_compared: int,
        change_token: ChangeToken,
    ) -> Decision:
        """Return the decision, not yet recorded.

        compared_fingers: those of the probe that were compared. change_token: the state searched.
        """
        predicted_fnir = self.models.calibration.predicted_fnir(compared_fingers, threshold)
        return Decision(
            decision_id=self.new_id(),
            request=request,
            probe=probe.recorded_as,
            outcome=decide_outcome(
                any_hit=any(candidate.hit for candidate in candidates),
                predicted_fnir=predicted_fnir,
                max_predicted_fnir=self.max_predicted_fnir,
                any_finger_sequence_error=any(
                    candidate.finger_sequence_errors for candidate in candidates
                ),
            ),
            candidates=candidates,
            threshold=threshold,
            people_searched=people_searched,
            people_compared=people_compared,
            model_version=self.models.versions.model_version,
            calibration_version=self.models.versions.calibration,
            change_token=change_token,
            decided_at=self.clock.now(),
            predicted_fnir=predicted_fnir,
        )
