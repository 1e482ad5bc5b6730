"""Are the fingers of a call the ones they are stated to be? (NIST SP 500-334: sequence errors)"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.decision import FingerSequenceError
from matcher.domain.decision_rule import best_impression_score, is_same_finger
from matcher.domain.shortlist import ReferencePerson
from matcher.models import ModelBundle
from matcher.use_cases.compare_persons import finger_similarities


def same_fingers(
    models: ModelBundle, fingers: Mapping[int, PreparedFinger]
) -> Iterator[tuple[int, int]]:
    """Yield each two positions, the lower first, whose fingers are one. Ten fingers: 5 ms."""
    for first, second in combinations(sorted(fingers), 2):
        (similarity,) = finger_similarities(models, fingers[first], [fingers[second]])
        if is_same_finger(similarity.score):
            yield first, second


def finger_sequence_errors(
    models: ModelBundle, probe: Mapping[int, PreparedFinger], person: ReferencePerson
) -> tuple[FingerSequenceError, ...]:
    """Return the fingers of the probe that are most similar to another finger of the person.

    Only scores count by which they are taken to be the same finger. Ten fingers: 10 ms.
    """
    if not person.impressions:
        return ()
    errors = []
    for stated, finger in sorted(probe.items()):
        score, actual = _most_similar(models, finger, person)
        if actual != stated and is_same_finger(score):
            errors.append(FingerSequenceError(stated, actual, score))
    return tuple(errors)


def _most_similar(
    models: ModelBundle, finger: PreparedFinger, person: ReferencePerson
) -> tuple[float, int]:
    """Return the highest score with any finger of the person, and the position of that finger."""
    scores = {
        position: [
            each.score for each in finger_similarities(models, finger, [i.finger for i in found])
        ]
        for position, found in person.impressions.items()
    }
    return max((best_impression_score(found), position) for position, found in scores.items())
