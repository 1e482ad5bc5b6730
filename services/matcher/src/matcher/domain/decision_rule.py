"""When is a candidate a hit, and when may the answer be NO_HIT?"""

import math
from collections.abc import Sequence

from matcher.domain.decision import DecisionOutcome, UndecidedReason

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


SEQUENCE_ERROR_SCORE = 3.0
"""Least finger score at which two fingers of a hit are told as a finger sequence error.

The person is known by then; of the ten fingers of a hit one in a hundred is told without reason.
"""
ANY_POSITION_SHARE = 0.1
"""Share of the target FPIR that is left to hits at other positions than stated."""


def any_position_score(person_score: float, probe_fingers: int, reference_fingers: int) -> float:
    """Return -log10 FMR, 0 or more, of the best assignment of fingers to each other.

    person_score: of the fingers as they are assigned. An impostor has as many chances as there are
    one-to-one assignments (Bonferroni's bound). A weighted bound (Holm, "A simple sequentially
    rejective multiple test procedure", 1979, section 4; Genovese, Roeder, Wasserman, Biometrika
    93(3), 2006) leaves most of the target FPIR to the positions as stated.
    """
    most, least = max(probe_fingers, reference_fingers), min(probe_fingers, reference_fingers)
    chances = math.perm(most, least) * (1 - ANY_POSITION_SHARE) / ANY_POSITION_SHARE
    return max(0.0, person_score - math.log10(chances))


def is_hit(person_score: float, threshold: float) -> bool:
    """Return whether a candidate of this score is a hit: at the threshold or above it."""
    return person_score >= threshold


def decide_outcome(
    *,
    any_hit: bool,
    is_unproven: bool,
    people_searched: int,
    positions_compared: Sequence[int],
    predicted_fnir: float,
    max_predicted_fnir: float,
    incomplete_people: int,
    any_finger_sequence_error: bool,
) -> tuple[DecisionOutcome, tuple[UndecidedReason, ...]]:
    """Return HIT if any candidate is a hit, else NO_HIT, or UNDECIDED with the reasons.

    A hit is UNDECIDED if it is_unproven: rests only on encounters that prove no identity. NO_HIT is
    not allowed if no finger of the probe was compared, if its mated reference would be missed more
    often than ``max_predicted_fnir``, nor if a finger is the person's, only not the one it was
    stated to be. Where nobody is on record, nobody can be missed.
    """
    if any_hit:
        if is_unproven:
            return DecisionOutcome.UNDECIDED, (UndecidedReason.UNPROVEN_REFERENCE,)
        return DecisionOutcome.HIT, ()
    reasons = []
    if people_searched and not positions_compared:
        reasons.append(UndecidedReason.NOTHING_COMPARED)
    elif people_searched and predicted_fnir > max_predicted_fnir:
        reasons.append(UndecidedReason.PREDICTED_FNIR)
    if any_finger_sequence_error:
        reasons.append(UndecidedReason.FINGER_SEQUENCE_ERROR)
    if reasons and incomplete_people:
        reasons.append(UndecidedReason.INCOMPLETE_RECORDS)
    return (DecisionOutcome.UNDECIDED if reasons else DecisionOutcome.NO_HIT), tuple(reasons)
