"""When is a candidate a hit, and when may the answer be NO_HIT?"""

import math
from collections.abc import Sequence

from matcher.domain.decision import DecisionOutcome

SAME_FINGER_SCORE = 6.0
"""Least finger score at which two fingers stated to be different are taken to be one.

Ten fingers make 45 pairs, so one enrolment in 20,000 is asked for a finger again without need.
"""


def best_impression_score(scores: Sequence[float]) -> float:
    """Return -log10 FMR, 0 or more, of the best of a finger's comparisons with all impressions.

    An impostor has as many chances as there are impressions (Bonferroni's bound), so that the
    score of a person with many encounters means what any other score means.
    """
    return max(0.0, max(scores) - math.log10(len(scores)))


def is_same_finger(finger_score: float) -> bool:
    """Return whether two fingers stated to be different are taken to be one."""
    return finger_score >= SAME_FINGER_SCORE


def is_hit(person_score: float, threshold: float) -> bool:
    """Return whether a candidate of this score is a hit: at the threshold or above it."""
    return person_score >= threshold


def decide_outcome(
    *,
    any_hit: bool,
    predicted_fnir: float,
    max_predicted_fnir: float,
    any_finger_sequence_error: bool,
) -> DecisionOutcome:
    """Return HIT if any candidate is a hit, else NO_HIT, or UNDECIDED where NO_HIT is not allowed.

    NO_HIT is not allowed if the probe's mate would be missed more often than
    ``max_predicted_fnir``, nor if a finger is the person's, only not the one it was stated to be.
    """
    if any_hit:
        return DecisionOutcome.HIT
    if any_finger_sequence_error or predicted_fnir > max_predicted_fnir:
        return DecisionOutcome.UNDECIDED
    return DecisionOutcome.NO_HIT
