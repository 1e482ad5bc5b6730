"""What is an encounter, which encounters are searched, and which fingers stand for a person?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from matcher.domain.change_token import ChangeToken


class EncounterStatus(IntEnum):
    """Status of an encounter; the numbers are those of the contract."""

    PENDING = 1
    ACTIVE = 2
    INACTIVE = 3
    FRAUD = 4

    @property
    def is_searched(self) -> bool:
        """Whether searches go over encounters of this status."""
        return self in SEARCHED_STATUSES


SEARCHED_STATUSES = frozenset(
    {EncounterStatus.PENDING, EncounterStatus.ACTIVE, EncounterStatus.FRAUD}
)
"""Statuses of the encounters that searches go over and that count as a person's own."""


@dataclass(frozen=True, slots=True)
class StoredFinger:
    """What is known of a stored finger, without its biometric data.

    minutiae: how many its template has; 0 if the finger is missing, with missing_reason set.
    quality: NFIQ 2, 0 to 100; None if it came as a template or is missing.
    """

    position: int
    minutiae: int
    quality: int | None
    missing_reason: int | None


@dataclass(frozen=True, slots=True)
class Encounter:
    """The fingers captured of one person on one occasion.

    revision: 1, and one more with each change of status. created_at: business time.
    added_by_change: number of the change that added it. change_token: its latest change.
    """

    encounter_id: str
    person_id: str
    status: EncounterStatus
    fingers: tuple[StoredFinger, ...]
    revision: int
    created_at: datetime
    added_by_change: int
    change_token: ChangeToken


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person on record: the ids of the encounters that may be used, newest first."""

    person_id: str
    encounter_ids: tuple[str, ...]
    known_fraud: bool


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """The template of one finger of one encounter, an ISO/IEC 19794-2:2011 record."""

    encounter_id: str
    position: int
    template: bytes


def newest_of_each_position(templates: Iterable[StoredTemplate]) -> list[StoredTemplate]:
    """Return one template of each finger, by position: the first, if given newest first."""
    newest: dict[int, StoredTemplate] = {}
    for each in templates:
        newest.setdefault(each.position, each)
    return [newest[position] for position in sorted(newest)]
