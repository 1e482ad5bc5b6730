"""Which synthetic people are on record, and how are their fingers captured once more?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Finger
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.index.finger_features import finger_features
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.record.iso19794 import FingerRecord, write
from matcher.synthetic import FVC2002, LIVE_SCAN, generate_master
from matcher.synthetic.simulated_map import generate_mapped_template
from matcher.use_cases.resolve_probe import probe_of

FIRST_FINGER = 10_000_000_000
"""First synthetic finger; `matcher.training.finger_seeds` says which others are used."""
FINGERS_PER_SEED = 100_000_000_000
"""Fingers from one seed to the next: room for six thousand million people."""
_FINGERS_PER_PERSON = 16
_ORDER = (2, 7, 1, 6, 3, 8, 4, 9, 5, 10)
"""Finger positions in the order in which they are asked for: index fingers, thumbs, the others."""
_ON_RECORD, _PROBE = 0, 1
"""Numbers of the impressions that are enrolled and searched."""


def positions_of(fingers: int) -> tuple[int, ...]:
    """Return the finger positions of people of so many fingers, 1 to 10: index fingers first."""
    return _ORDER[:fingers]


@dataclass(frozen=True, slots=True)
class SyntheticPeople:
    """People numbered from 0, determined by a seed.

    Enrolled as in a supervised live scan; searched for by another impression, as bad as those of
    FVC2002. positions: of their fingers.
    """

    seed: int
    positions: tuple[int, ...]

    def enrolled(self, models: ModelBundle, persons: range) -> list[IndexEntry]:
        """Return these people as the index holds them."""
        by_position = [self._features(models, persons, position) for position in self.positions]
        return [
            index_entry(person_id(person), person + 1, dict(zip(self.positions, of, strict=True)))
            for person, of in zip(persons, zip(*by_position, strict=True), strict=True)
        ]

    def probe(self, models: ModelBundle, person: int) -> Probe:
        """Return another impression of each finger of a person."""
        found = [self._minutiae(person, position, _PROBE, FVC2002) for position in self.positions]
        return probe_of_minutiae(models, self.positions, found)

    def _features(self, models: ModelBundle, persons: range, position: int) -> list[FingerFeatures]:
        found = [self._minutiae(person, position, _ON_RECORD, LIVE_SCAN) for person in persons]
        return features_of(models, found)

    def _minutiae(
        self, person: int, position: int, impression: int, capture_difficulty: float
    ) -> Minutiae:
        """Return an impression as it is after an ISO record, whose units the generator uses.

        With a map of its ridges, as the extractor reads one beside the minutiae.
        """
        first = FIRST_FINGER + self.seed * FINGERS_PER_SEED
        master = generate_master(first + person * _FINGERS_PER_PERSON + position)
        return generate_mapped_template(master, impression, capture_difficulty=capture_difficulty)


def person_id(person: int) -> str:
    """Return the id of a synthetic person."""
    return f"synthetic-{person}"


def index_entry(person: str, change: int, fingers: dict[int, FingerFeatures]) -> IndexEntry:
    """Return a person with one encounter, of the same id. change: that adds it."""
    return IndexEntry(person, person, EncounterStatus.ACTIVE, change, fingers)


def features_of(models: ModelBundle, fingers: Sequence[Minutiae]) -> list[FingerFeatures]:
    """Return what the index holds of fingers."""
    embeddings = models.embedding.embed_many(fingers).astype(np.float16)
    return [
        finger_features(models, finger, embedding, lists=1)
        for embedding, finger in zip(embeddings, fingers, strict=True)
    ]


def probe_of_minutiae(
    models: ModelBundle, positions: Sequence[int], fingers: Sequence[Minutiae]
) -> Probe:
    """Return fingers as a probe, as if they had come with a call."""
    embeddings = models.embedding.embed_many(fingers).astype(np.float16)
    return probe_of(
        tuple(
            Finger(position, finger, write(FingerRecord(position, 0, finger)), embedding)
            for position, finger, embedding in zip(positions, fingers, embeddings, strict=True)
        )
    )
