"""Which decision follows from the candidates' scores, and what is recorded of it?"""

from collections.abc import Callable
from dataclasses import dataclass

from servicekit.process.clock import Clock

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import (
    Candidate,
    Caveat,
    Decision,
    DecisionRequest,
    ProbeFinger,
)
from matcher.domain.decision_rule import decide_outcome
from matcher.domain.finger_source import Probe
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult:
    """What a decision is made from; the fields are those of `Decision`.

    is_unproven: whether a hit rests only on encounters that prove no identity.
    """

    candidates: tuple[Candidate, ...]
    hits_total: int
    threshold: float
    predicted_fnir: float
    positions_compared: tuple[int, ...]
    people_searched: int
    people_compared: int
    incomplete_people: int
    change_token: ChangeToken
    caveats: tuple[Caveat, ...]
    is_unproven: bool = False
    any_position: bool = False
    scope: SearchScope | None = None
    depth: SearchDepth | None = None
    reference: tuple[ProbeFinger, ...] = ()


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

    def decide(self, request: DecisionRequest, probe: Probe, result: ComparisonResult) -> Decision:
        """Return the decision, not yet recorded."""
        outcome, reasons = decide_outcome(
            any_hit=result.hits_total > 0,
            is_unproven=result.is_unproven,
            people_searched=result.people_searched,
            positions_compared=result.positions_compared,
            predicted_fnir=result.predicted_fnir,
            max_predicted_fnir=self.max_predicted_fnir,
            incomplete_people=result.incomplete_people,
            any_finger_sequence_error=any(
                candidate.finger_sequence_errors for candidate in result.candidates
            ),
        )
        return Decision(
            decision_id=self.new_id(),
            request=request,
            probe=probe.recorded_as,
            outcome=outcome,
            candidates=result.candidates,
            threshold=result.threshold,
            people_searched=result.people_searched,
            people_compared=result.people_compared,
            model_version=self.models.versions.model_version,
            calibration_version=self.models.versions.calibration,
            change_token=result.change_token,
            decided_at=self.clock.now(),
            predicted_fnir=result.predicted_fnir,
            incomplete_people=result.incomplete_people,
            max_predicted_fnir=self.max_predicted_fnir,
            hits_total=result.hits_total,
            undecided_reasons=reasons,
            caveats=result.caveats,
            positions_compared=result.positions_compared,
            any_position=result.any_position,
            scope=result.scope,
            depth=result.depth,
            reference=result.reference,
            quantizer_version=self.models.versions.quantizer if result.depth else "",
        )
