"""Makes decisions of what a comparison brought."""

from collections.abc import Callable
from dataclasses import dataclass

from servicekit.clock import Clock

from matcher.domain.change import Change
from matcher.domain.decision import Candidate, Decision, Question
from matcher.domain.probe import Side
from matcher.domain.rules import good_minutiae, outcome
from matcher.fingerprint import calibrate, compare, embedding, extract

MODEL_VERSION = f"{extract.VERSION} {embedding.VERSION} {compare.VERSION}"


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides. enough_minutiae: good ones over all fingers, below which nobody is told no."""

    clock: Clock
    new_id: Callable[[], str]
    enough_minutiae: int

    def threshold(self, question: Question, people: int) -> float:
        """The score from which on a candidate is a hit."""
        return float(calibrate.threshold(question.rate, max(people, 1)))

    def decide(
        self,
        question: Question,
        side: Side,
        candidates: tuple[Candidate, ...],
        *,
        threshold: float,
        people: int,
        compared: int,
        change: Change,
    ) -> Decision:
        """The decision, not yet recorded."""
        return Decision(
            decision_id=self.new_id(),
            question=question,
            probe=side.references,
            outcome=outcome(
                any_hit=any(candidate.hit for candidate in candidates),
                good=good_minutiae(finger.minutiae for finger in side.fingers),
                enough=self.enough_minutiae,
            ),
            candidates=candidates,
            threshold=threshold,
            people_searched=people,
            people_compared=compared,
            model_version=MODEL_VERSION,
            calibration_version=calibrate.VERSION,
            change=change,
            decided_at=self.clock.now(),
        )
