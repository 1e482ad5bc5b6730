"""What searches go over, and whom they bring back for the exact comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.biometrics import Embedding, EncounterStatus
from matcher.domain.change_token import ChangeToken


@dataclass(frozen=True, slots=True, eq=False)
class FingerFeatures:
    """A finger as searches see it: where it lies among all, and what it is compared by."""

    embedding: Embedding
    prepared: PreparedFinger


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """An encounter as the index knows it. added: number of the change that added it."""

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added: int
    fingers: Mapping[int, FingerFeatures]


@dataclass(frozen=True, slots=True)
class SearchScope:
    """What a search leaves out.

    before: encounters added by this change or later. encounter_id, person_id: themselves.
    """

    before: int | None = None
    encounter_id: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class SearchDepth:
    """How many persons pass each step of a search.

    nearest: by embedding, to the prefilter. compared: by the prefilter, to the exact comparison.
    """

    nearest: int
    compared: int


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person on record: the encounters that may be used, newest first."""

    person_id: str
    encounter_ids: tuple[str, ...]
    known_fraud: bool


@dataclass(frozen=True, slots=True, eq=False)
class Impression:
    """One print of a finger. encounter_id: where it is stored; None if it came with the call."""

    encounter_id: str | None
    finger: PreparedFinger


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePerson:
    """A person to compare with; by position all impressions there are of a finger, newest first."""

    person_id: str | None
    known_fraud: bool
    impressions: Mapping[int, Sequence[Impression]]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The most promising persons. people: how many were searched. change: the state searched."""

    persons: tuple[ReferencePerson, ...]
    people: int
    change: ChangeToken


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index holds. size_bytes: of memory. snapshot_change: 0 if there is no snapshot."""

    applied: int
    people: int
    fingers: int
    size_bytes: int
    snapshot_change: int
