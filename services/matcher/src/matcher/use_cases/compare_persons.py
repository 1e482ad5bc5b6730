"""How similar are the probe and each shortlisted person, finger by finger and in all?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.comparison.comparator import PreparedFinger, are_compared_by_map
from matcher.domain.decision import Candidate, FingerScore, FingerSequenceError
from matcher.domain.decision_rule import best_impression_score, is_hit
from matcher.domain.shortlist import Impression, ReferencePerson
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True)
class FingerSimilarity:
    """score: -log10 FMR of two fingers. matched_minutiae: pairs of corresponding minutiae."""

    score: float
    matched_minutiae: int


@dataclass(frozen=True, slots=True, eq=False)
class ComparedFinger:
    """A finger of the probe with a finger of a person: its score with the best impression.

    position: as stated in the probe. score: -log10 FMR. matched_minutiae: pairs of corresponding
    minutiae.
    """

    position: int
    reference_position: int
    score: float
    impression: Impression
    matched_minutiae: int

    @property
    def is_at_other_position(self) -> bool:
        """Whether the person's finger is another than stated."""
        return self.position != self.reference_position


@dataclass(frozen=True, slots=True, eq=False)
class ComparedPerson:
    """A person with its score. score: -log10 FMR of all fingers together."""

    person: ReferencePerson
    score: float
    fingers: tuple[ComparedFinger, ...]


ComparedPositions = Mapping[int, Sequence[int]]
"""By position of the probe's finger, the positions of the fingers it is compared with."""


def compare_persons(
    models: ModelBundle, probe: Mapping[int, PreparedFinger], persons: Sequence[ReferencePerson]
) -> list[ComparedPerson]:
    """Return the persons with their scores, best first, of equals by id.

    probe: by finger position. Compares minutiae, about 0.1 ms a pair of fingers, on the calling
    thread. A person's finger counts with its best impression; a person without any finger of the
    probe is left out.
    """
    fingers = compare_fingers(models, probe, persons, {position: [position] for position in probe})
    compared = [
        ComparedPerson(
            person, models.calibration.person_score([f.score for f in of_person]), of_person
        )
        for person, of_person in zip(persons, map(tuple, fingers), strict=True)
        if of_person
    ]
    return best_first(compared)


def best_first(compared: Sequence[ComparedPerson]) -> list[ComparedPerson]:
    """Return the persons by falling score, of equals by id."""
    return sorted(compared, key=lambda each: (-each.score, each.person.person_id or ""))


def compare_fingers(
    models: ModelBundle,
    probe: Mapping[int, PreparedFinger],
    persons: Sequence[ReferencePerson],
    positions: ComparedPositions,
) -> list[list[ComparedFinger]]:
    """Return for each person every pair of fingers that was compared.

    All persons are compared in one batch for each finger of the probe.
    """
    found: list[list[ComparedFinger]] = [[] for _ in persons]
    for position, finger in probe.items():
        batch = [
            (row, reference_position, impressions)
            for row, person in enumerate(persons)
            for reference_position in positions[position]
            if (impressions := person.impressions.get(reference_position))
        ]
        flat = [impression.finger for _, _, impressions in batch for impression in impressions]
        similarities = iter(finger_similarities(models, finger, flat))
        for row, reference_position, impressions in batch:
            of_impressions = [next(similarities) for _ in impressions]
            scores = [each.score for each in of_impressions]
            best = scores.index(max(scores))  # of equals the newest
            found[row].append(
                ComparedFinger(
                    position,
                    reference_position,
                    best_impression_score(scores),
                    impressions[best],
                    of_impressions[best].matched_minutiae,
                )
            )
    return found


def finger_similarities(
    models: ModelBundle, probe: PreparedFinger, references: Sequence[PreparedFinger]
) -> list[FingerSimilarity]:
    """Return how similar the probe's finger is to each reference finger."""
    raw, matched = models.comparator.compare_and_count(probe, references)
    sizes = [len(reference) for reference in references]
    by_map = are_compared_by_map(probe, references)
    scores = models.calibration.finger_scores(raw, len(probe), sizes, by_map)
    return list(map(FingerSimilarity, scores.tolist(), matched.tolist()))


def candidates_of(compared: Sequence[ComparedPerson], threshold: float) -> tuple[Candidate, ...]:
    """Return compared persons as candidates, in the same order. threshold: least score of a hit."""
    return tuple(
        Candidate(
            each.person.person_id,
            each.score,
            is_hit(each.score, threshold),
            tuple(map(_finger_score, each.fingers)),
            each.person.known_fraud,
            tuple(
                FingerSequenceError(finger.position, finger.reference_position, finger.score)
                for finger in each.fingers
                if finger.is_at_other_position
            ),
        )
        for each in compared
    )


def _finger_score(finger: ComparedFinger) -> FingerScore:
    return FingerScore(
        finger.position,
        finger.score,
        finger.impression.encounter_id,
        finger.matched_minutiae,
        finger.reference_position,
    )
