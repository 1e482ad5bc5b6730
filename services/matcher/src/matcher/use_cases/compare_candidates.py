"""How similar are the probe and each shortlisted person, finger by finger and in all?"""

from collections.abc import Mapping, Sequence

from matcher.comparison.comparator import PreparedFinger, paired_minutiae
from matcher.domain.decision import Candidate, FingerScore
from matcher.domain.decision_rule import best_impression_score, is_hit
from matcher.domain.shortlist import ReferencePerson
from matcher.models import ModelBundle

ImpressionScores = dict[int, list[float]]
"""Scores of a finger of the probe with each of a person's impressions, by finger position."""


def compare_candidates(
    models: ModelBundle,
    probe: Mapping[int, PreparedFinger],
    persons: Sequence[ReferencePerson],
    *,
    threshold: float,
    max_candidates: int,
) -> tuple[Candidate, ...]:
    """Return the ``max_candidates`` persons of highest score, best first, of equals by id.

    probe: by finger position. threshold: least person score of a hit. Compares minutiae, about
    0.1 ms a pair of fingers, on the calling thread. A person's finger counts with its best
    impression; a person without any finger of the probe is left out.
    """
    scores = _impression_scores(models, probe, persons)
    compared = [
        (_person_score(models, scores[i]), person, scores[i])
        for i, person in enumerate(persons)
        if scores[i]
    ]
    compared.sort(key=lambda each: (-each[0], each[1].person_id or ""))
    return tuple(
        Candidate(
            person.person_id,
            score,
            is_hit(score, threshold),
            _best_impressions(probe, person, of_fingers),
            person.known_fraud,
        )
        for score, person, of_fingers in compared[:max_candidates]
    )


def finger_scores(
    models: ModelBundle, probe: PreparedFinger, references: Sequence[PreparedFinger]
) -> list[float]:
    """Return the finger score, -log10 FMR, of the probe's finger with each reference finger."""
    raw = models.comparator.compare(probe, references)
    sizes = [len(reference) for reference in references]
    scores: list[float] = models.calibration.finger_scores(raw, len(probe), sizes).tolist()
    return scores


def _impression_scores(
    models: ModelBundle, probe: Mapping[int, PreparedFinger], persons: Sequence[ReferencePerson]
) -> list[ImpressionScores]:
    """Return the scores of each person; all persons are compared in one batch a finger."""
    scores: list[ImpressionScores] = [{} for _ in persons]
    for position, finger in probe.items():
        impressions = [
            (i, impression)
            for i, person in enumerate(persons)
            for impression in person.impressions.get(position, ())
        ]
        batch = finger_scores(models, finger, [impression.finger for _, impression in impressions])
        for row, score in enumerate(batch):
            person_scores = scores[impressions[row][0]]
            person_scores.setdefault(position, []).append(score)
    return scores


def _person_score(models: ModelBundle, scores: ImpressionScores) -> float:
    return models.calibration.person_score([*map(best_impression_score, scores.values())])


def _best_impressions(
    probe: Mapping[int, PreparedFinger], person: ReferencePerson, scores: ImpressionScores
) -> tuple[FingerScore, ...]:
    """Return what each finger scored with its best impression, of equals the newest."""
    fingers = []
    for position, of_impressions in scores.items():
        best = person.impressions[position][of_impressions.index(max(of_impressions))]
        matched = len(paired_minutiae(probe[position], best.finger))
        score = best_impression_score(of_impressions)
        fingers.append(FingerScore(position, score, best.encounter_id, matched))
    return tuple(fingers)
