"""Fingers that are not the ones they are said to be."""

from collections.abc import Mapping
from itertools import combinations

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.decision import FingerSequenceError
from matcher.domain.decision_rule import SAME_FINGER, best_of
from matcher.domain.shortlist import ReferencePerson
from matcher.models import ModelBundle
from matcher.use_cases.compare_candidates import finger_scores


def given_twice(
    models: ModelBundle, fingers: Mapping[int, PreparedFinger]
) -> tuple[int, int] | None:
    """The positions of two fingers that are one, the first pair there is. Ten fingers: 5 ms."""
    for first, second in combinations(sorted(fingers), 2):
        if finger_scores(models, fingers[first], [fingers[second]])[0] >= SAME_FINGER:
            return first, second
    return None


def misplaced(
    models: ModelBundle, probe: Mapping[int, PreparedFinger], person: ReferencePerson
) -> tuple[FingerSequenceError, ...]:
    """Fingers of the probe that are rather another finger of the person. Ten fingers: 10 ms."""
    return tuple(
        FingerSequenceError(position, found, score)
        for position, finger in sorted(probe.items())
        for score, found in [max(_scores(models, finger, person), default=(0.0, position))]
        if found != position and score >= SAME_FINGER
    )


def _scores(
    models: ModelBundle, finger: PreparedFinger, person: ReferencePerson
) -> list[tuple[float, int]]:
    """The finger's score with each of the person's fingers, and which that is."""
    return [
        (best_of(finger_scores(models, finger, [each.finger for each in impressions])), position)
        for position, impressions in person.impressions.items()
    ]
