"""What does the index hold of an encounter, and how large is it?"""

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor_quantizer import ListNumbers
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Embedding
from matcher.domain.searched_content import ContentSums


@dataclass(frozen=True, slots=True, eq=False)
class FingerFeatures:
    """What a search needs of a finger: its embedding, and its minutiae prepared for comparison.

    lists: uint16 (m, k), for each of the best minutiae, 24 at most, the inverted lists of the
    centroids nearest to its descriptor, nearest first: one in the index, several in a probe.
    """

    embedding: Embedding
    prepared: PreparedFinger
    lists: ListNumbers


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """An encounter as the index holds it.

    added_by_change: number of the change that added it. fingers: by finger position.
    unreadable: positions of the other stored fingers, whose templates cannot be read.
    galleries: that it belongs to, sorted. checksum: of what searches use of it in the database.
    """

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added_by_change: int
    fingers: Mapping[int, FingerFeatures]
    unreadable: tuple[int, ...] = ()
    galleries: tuple[str, ...] = ()
    checksum: int = 0


@dataclass(frozen=True, slots=True)
class IndexContents:
    """Up to which change of the log, and to which sums, an index holds the database."""

    change_token: ChangeToken
    sums: ContentSums


@dataclass(frozen=True, slots=True, order=True)
class UnreadableFinger:
    """A stored finger that is left out of searches, since its template cannot be read."""

    encounter_id: str
    position: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index holds now.

    applied_change: number up to which it has applied the change log. size_bytes: memory used.
    snapshot_change: number of the last snapshot, 0 if that is of an empty database; None if there
    is none. unreadable: the fingers that are left out, sorted.
    """

    applied_change: int
    people: int
    fingers: int
    size_bytes: int
    snapshot_change: int | None
    unreadable: tuple[UnreadableFinger, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """What a snapshot in a file holds. size_bytes: of the file, and of those of its segments."""

    change_token: ChangeToken
    encounters: int
    size_bytes: int


NOT_LOADED = IndexState(0, 0, 0, 0, None)
"""State of an index before it is loaded."""
