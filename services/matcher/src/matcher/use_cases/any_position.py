"""Is the probe a person's whose fingers are only at other positions? (NIST SP 500-334)"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped, unused-ignore]

from matcher.calibration.fnir_prediction import quality_weighted_minutiae
from matcher.comparison.comparator import PreparedFinger
from matcher.domain.decision_rule import SEQUENCE_ERROR_SCORE, any_position_score
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.shortlist import POSITIONS, ReferencePerson
from matcher.models import ModelBundle
from matcher.use_cases.compare_persons import (
    ComparedFinger,
    ComparedPerson,
    best_first,
    compare_fingers,
)

_SEARCHED_FINGERS = 2
"""Fingers of a probe that are searched for at all positions: each costs a search a position."""


def most_informative(probe: Mapping[int, FingerFeatures]) -> dict[int, FingerFeatures]:
    """Return the two fingers of the probe that show most."""
    best = sorted(probe, key=lambda p: -quality_weighted_minutiae(probe[p].prepared))
    return {position: probe[position] for position in sorted(best[:_SEARCHED_FINGERS])}


def compare_at_any_position(
    models: ModelBundle, probe: Mapping[int, PreparedFinger], persons: Sequence[ReferencePerson]
) -> list[ComparedPerson]:
    """Return the persons whose fingers fit best at other positions than stated, best first.

    Each finger of the probe is assigned to at most one finger of the person, and each of these to
    at most one of the probe, so that the sum of the finger scores is greatest. Of fingers at other
    positions those are kept that are told as finger sequence errors. Compares minutiae, about
    0.1 ms a pair of fingers, on the calling thread.
    """
    fingers = compare_fingers(models, probe, persons, dict.fromkeys(probe, POSITIONS))
    compared = [
        _best_assignment(models, person, len(probe), of_person)
        for person, of_person in zip(persons, fingers, strict=True)
        if of_person
    ]
    return best_first(
        [each for each in compared if any(f.is_at_other_position for f in each.fingers)]
    )


def _best_assignment(
    models: ModelBundle,
    person: ReferencePerson,
    probe_fingers: int,
    compared: Sequence[ComparedFinger],
) -> ComparedPerson:
    stated = sorted({finger.position for finger in compared})
    actual = sorted({finger.reference_position for finger in compared})
    by_position = {(finger.position, finger.reference_position): finger for finger in compared}
    scores = np.array([[by_position[p, q].score for q in actual] for p in stated])
    rows, columns = linear_sum_assignment(scores, maximize=True)
    assigned = [
        by_position[stated[row], actual[column]]
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    score = models.calibration.person_score([finger.score for finger in assigned])
    return ComparedPerson(
        person, any_position_score(score, probe_fingers, len(actual)), _told(assigned)
    )


def _told(assigned: Sequence[ComparedFinger]) -> tuple[ComparedFinger, ...]:
    """Return the fingers at their positions, and those told as errors: at least the surest."""
    errors = [finger for finger in assigned if finger.is_at_other_position]
    surest = max((finger.score for finger in errors), default=0.0)
    least = min(SEQUENCE_ERROR_SCORE, surest)
    return tuple(
        finger for finger in assigned if not finger.is_at_other_position or finger.score >= least
    )
