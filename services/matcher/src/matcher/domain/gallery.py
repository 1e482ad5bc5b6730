"""What searches go over, and what they bring back before the exact comparison."""

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.domain.biometrics import Embedding, Status
from matcher.domain.change import Change


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An encounter as the index knows it. added: number of the change that added it."""

    encounter_id: str
    person_id: str
    status: Status
    added: int
    embeddings: Mapping[int, Embedding]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search leaves out.

    before: encounters added by this change or later. encounter_id, person_id: themselves.
    """

    before: int | None = None
    encounter_id: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person to compare with: the encounters that may be used, newest first."""

    person_id: str
    encounter_ids: tuple[str, ...]
    known_fraud: bool


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The most similar persons. people: how many were searched. change: the state searched."""

    persons: tuple[StoredPerson, ...]
    people: int
    change: Change


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index holds. size_bytes: of memory. snapshot_change: 0 if there is no snapshot."""

    applied: int
    people: int
    fingers: int
    size_bytes: int
    snapshot_change: int
