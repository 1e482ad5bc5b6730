"""Which synthetic people are on record, and how are their fingers captured once more?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Finger
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.embedding.embedding_network import FINGERS_PER_RUN
from matcher.index.finger_features import finger_features, prepared_columns
from matcher.index.id_table import ids_of
from matcher.index.index_columns import (
    EncounterColumns,
    FingerColumns,
    joined,
    memory_checksums,
)
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.record.iso19794 import FingerRecord, write
from matcher.synthetic import FVC2002, LIVE_SCAN, generate_master
from matcher.synthetic.simulated_map import generate_mapped_template
from matcher.synthetic.template_batch import generate_mapped_templates
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

    def enrolled(self, models: ModelBundle, persons: range) -> EncounterColumns:
        """Return these people as the index holds them, each with one encounter of the same id."""
        parts = [self._fingers(models, persons, position) for position in self.positions]
        ids, count = ids_of(map(person_id, persons)), len(persons)
        columns = EncounterColumns(
            ids,
            ids,
            np.full(count, EncounterStatus.ACTIVE, np.uint8),
            np.array(persons, np.int64) + 1,
            np.zeros(count, np.uint16),
            np.zeros(count, np.uint64),
            np.zeros(count, np.uint32),
            np.zeros(count, np.int32),
            [()],
            dict(sorted(zip(self.positions, parts, strict=True))),
        )
        return replace(columns, memory_checksum=memory_checksums(columns))

    def probe(self, models: ModelBundle, person: int) -> Probe:
        """Return another impression of each finger of a person."""
        masters = [generate_master(self._finger(person, position)) for position in self.positions]
        found = [
            generate_mapped_template(each, _PROBE, capture_difficulty=FVC2002) for each in masters
        ]
        return probe_of_minutiae(models, self.positions, found)

    def _fingers(self, models: ModelBundle, persons: range, position: int) -> FingerColumns:
        """Return a finger of these people as the index holds it."""
        parts = []
        for start in range(0, len(persons), FINGERS_PER_RUN):
            some = persons[start : start + FINGERS_PER_RUN]
            seeds = [self._finger(person, position) for person in some]
            found = generate_mapped_templates(seeds, _ON_RECORD, capture_difficulty=LIVE_SCAN)
            embeddings = models.embedding.embed_batch(found).astype(np.float16)
            owner = np.arange(start, start + len(some))
            parts.append(prepared_columns(models, found, owner, embeddings))
        return joined(parts)

    def _finger(self, person: int, position: int) -> int:
        """Return the number of the master of a finger."""
        first = FIRST_FINGER + self.seed * FINGERS_PER_SEED
        return first + person * _FINGERS_PER_PERSON + position


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
