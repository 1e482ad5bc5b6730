"""Does what is recorded of a decision contradict itself?"""

from collections.abc import Iterator

from matcher.calibration.score_calibration import person_score_threshold
from matcher.domain.decision import Decision, DecisionKind, UndecidedReason
from matcher.domain.decision_rule import decide_outcome, is_hit
from matcher.use_cases.search import search_threshold

_TOLERANCE = 1e-9
"""Thresholds that differ less are the same: what is computed elsewhere may be rounded otherwise."""


def contradictions(decision: Decision) -> Iterator[str]:
    """Yield what does not follow from the rest of the record, in words."""
    if abs(_threshold(decision) - decision.threshold) > _TOLERANCE:
        yield "threshold does not follow"
    if decision.people_searched > decision.change_token.number:
        yield "more people were searched than had ever been added"
    if not _outcome_follows(decision):
        yield "outcome does not follow"


def _threshold(decision: Decision) -> float:
    """Return the threshold by which it should have been decided."""
    request = decision.request
    if request.kind is DecisionKind.VERIFY and request.target_rate is not None:
        return person_score_threshold(request.target_rate, decision.people_searched)
    return search_threshold(request, decision.people_searched)


def _outcome_follows(decision: Decision) -> bool:
    """Return whether hits and outcome follow from the scores, the threshold and the rates.

    That a hit of a verification is unproven is taken from the record, which holds no statuses.
    """
    if any(each.hit != is_hit(each.score, decision.threshold) for each in decision.candidates):
        return False
    if decision.predicted_fnir is None or decision.max_predicted_fnir is None:
        return True
    unproven = UndecidedReason.UNPROVEN_REFERENCE in decision.undecided_reasons
    outcome, _ = decide_outcome(
        any_hit=any(each.hit for each in decision.candidates),
        is_unproven=unproven and decision.request.kind is DecisionKind.VERIFY,
        people_searched=decision.people_searched,
        positions_compared=decision.positions_compared,
        predicted_fnir=decision.predicted_fnir,
        max_predicted_fnir=decision.max_predicted_fnir,
        incomplete_people=decision.incomplete_people,
        any_finger_sequence_error=any(each.finger_sequence_errors for each in decision.candidates),
    )
    return outcome is decision.outcome
