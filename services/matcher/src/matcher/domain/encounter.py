"""What is an encounter, which encounters are searched, and which fingers stand for a person?"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from matcher.alteration.alteration_score import AlterationScore
from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import SameEncounter


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
    quality: NFIQ 2, 0 to 100; None if it came as a template or is missing. alteration: None if
    nobody looked whether its ridges are altered.
    """

    position: int
    minutiae: int
    quality: int | None
    missing_reason: int | None
    alteration: AlterationScore | None = None


@dataclass(frozen=True, slots=True)
class Encounter:
    """The fingers captured of one person on one occasion.

    office_id: of the office that captured it. galleries: that it belongs to, sorted. revision: 1,
    and one more with each change. created_at: business time. added_by_change: number of the change
    that added it. fingers_change: of the one that stored its present fingers. change_token: its
    latest change.
    """

    encounter_id: str
    person_id: str
    office_id: str
    status: EncounterStatus
    fingers: tuple[StoredFinger, ...]
    galleries: tuple[str, ...]
    revision: int
    created_at: datetime
    added_by_change: int
    fingers_change: int
    change_token: ChangeToken


@dataclass(frozen=True, slots=True)
class EncounterFilter:
    """Which encounters a list has; None restricts nothing."""

    person_id: str | None = None
    status: EncounterStatus | None = None
    gallery: str | None = None
    office_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person on record. statuses: of the encounters that may be used, by id, newest first."""

    person_id: str
    statuses: Mapping[str, EncounterStatus]

    @property
    def encounter_ids(self) -> tuple[str, ...]:
        """Ids of the encounters that may be used, newest first."""
        return tuple(self.statuses)

    @property
    def known_fraud(self) -> bool:
        """Whether one of these encounters has status FRAUD."""
        return EncounterStatus.FRAUD in self.statuses.values()

    def without(self, encounter_ids: Container[str]) -> "StoredPerson":
        """Return the person with its other encounters alone, which may be none."""
        rest = {each: status for each, status in self.statuses.items() if each not in encounter_ids}
        return StoredPerson(self.person_id, rest)


def kept_apart(probe: StoredPerson, reference: StoredPerson) -> tuple[StoredPerson, StoredPerson]:
    """Return probe and reference without an encounter that both have, each with at least one.

    A person that is on both sides is split: the newest encounter against all others. Raises
    SameEncounter.
    """
    if (rest := reference.without(probe.encounter_ids)).statuses:
        return probe, rest
    if (rest := probe.without(reference.encounter_ids)).statuses:
        return rest, reference
    newest, *others = probe.encounter_ids
    if not others:
        raise SameEncounter("both sides are the same encounter", field="reference")
    return probe.without(others), probe.without([newest])


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """The template of one finger of one encounter, an ISO/IEC 19794-2:2011 record.

    sha256: of the template as it was stored, which shows whether it still is.
    """

    encounter_id: str
    position: int
    template: bytes
    sha256: bytes


def newest_of_each_position(templates: Iterable[StoredTemplate]) -> list[StoredTemplate]:
    """Return one template of each finger, by position: the first, if given newest first."""
    newest: dict[int, StoredTemplate] = {}
    for each in templates:
        newest.setdefault(each.position, each)
    return [newest[position] for position in sorted(newest)]
