"""What does the index hold of an encounter, and how large is it?"""

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Embedding


@dataclass(frozen=True, slots=True, eq=False)
class FingerFeatures:
    """What a search needs of a finger: its embedding, and its minutiae prepared for comparison."""

    embedding: Embedding
    prepared: PreparedFinger


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """An encounter as the index holds it.

    added_by_change: number of the change that added it. fingers: by finger position.
    """

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added_by_change: int
    fingers: Mapping[int, FingerFeatures]


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index holds now.

    applied_change: number up to which it has applied the change log. size_bytes: memory used.
    snapshot_change: number of the last snapshot, NO_SNAPSHOT if there is none.
    """

    applied_change: int
    people: int
    fingers: int
    size_bytes: int
    snapshot_change: int


NO_SNAPSHOT = 0
"""Change number of a snapshot where there is none."""
NOT_LOADED = IndexState(0, 0, 0, 0, NO_SNAPSHOT)
"""State of an index before it is loaded."""
