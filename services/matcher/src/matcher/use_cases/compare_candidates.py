"""The exact comparison: a probe against persons, finger by finger, minutia by minutia."""

from collections.abc import Iterator, Mapping, Sequence

from matcher.comparison.comparator import PreparedFinger, paired_minutiae
from matcher.domain.decision import Candidate, FingerScore
from matcher.domain.decision_rule import best_of
from matcher.domain.shortlist import Impression, ReferencePerson
from matcher.models import ModelBundle


def compare_candidates(
    models: ModelBundle,
    probe: Mapping[int, PreparedFinger],
    contenders: Sequence[ReferencePerson],
    *,
    threshold: float,
    most: int,
) -> tuple[Candidate, ...]:
    """The ``most`` best contenders, best first. Keeps a core busy, about 0.1 ms a pair of fingers.

    A person with several impressions of a finger is judged by the best of them; one without a
    finger of the probe is left out.
    """
    scores = _by_contender(models, probe, contenders)
    persons = [
        models.calibration.person_score([best_of(each) for each in fingers.values()])
        for fingers in scores
    ]
    met = [i for i, of_fingers in enumerate(scores) if of_fingers]
    met.sort(key=lambda i: (-persons[i], contenders[i].person_id or ""))
    return tuple(
        Candidate(
            contenders[i].person_id,
            persons[i],
            persons[i] >= threshold,
            _evidence(probe, contenders[i], scores[i]),
            contenders[i].known_fraud,
        )
        for i in met[:most]
    )


def finger_scores(
    models: ModelBundle, finger: PreparedFinger, others: Sequence[PreparedFinger]
) -> list[float]:
    """The score of a finger with each of the others."""
    raw = models.comparator.compare(finger, others)
    sizes = [len(other) for other in others]
    scores: list[float] = models.calibration.finger_scores(raw, len(finger), sizes).tolist()
    return scores


def _by_contender(
    models: ModelBundle,
    probe: Mapping[int, PreparedFinger],
    contenders: Sequence[ReferencePerson],
) -> list[dict[int, list[float]]]:
    """For each contender and finger the score of each impression."""
    scores: list[dict[int, list[float]]] = [{} for _ in contenders]
    for position, finger in probe.items():
        met = list(_met(position, contenders))
        of_met = finger_scores(models, finger, [impression.finger for _, impression in met])
        for (i, _), score in zip(met, of_met, strict=True):
            scores[i].setdefault(position, []).append(score)
    return scores


def _met(position: int, contenders: Sequence[ReferencePerson]) -> Iterator[tuple[int, Impression]]:
    for i, contender in enumerate(contenders):
        for impression in contender.impressions.get(position, ()):
            yield i, impression


def _evidence(
    probe: Mapping[int, PreparedFinger],
    contender: ReferencePerson,
    scores: Mapping[int, Sequence[float]],
) -> tuple[FingerScore, ...]:
    """How each finger spoke, by the best of its impressions, the newest of equals."""
    evidence = []
    for position, of_impressions in scores.items():
        first = of_impressions.index(max(of_impressions))
        best = contender.impressions[position][first]
        matched = len(paired_minutiae(probe[position], best.finger))
        evidence.append(FingerScore(position, best_of(of_impressions), best.encounter_id, matched))
    return tuple(evidence)
