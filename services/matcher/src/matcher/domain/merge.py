"""What is a merge of two persons, and what does its undoing give back?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import Encounter


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge: all encounters of a person were moved to another one, since both are one person.

    at, undone_at: business time; undone_at is None while the merge stands.
    """

    merge_id: str
    from_person_id: str
    into_person_id: str
    encounter_ids: tuple[str, ...]
    at: datetime
    undone_at: datetime | None = None

    def left(self, moved_back: Iterable[Encounter]) -> tuple[str, ...]:
        """Return the encounters that the merge moved and that are not among these."""
        back = {encounter.encounter_id for encounter in moved_back}
        return tuple(each for each in self.encounter_ids if each not in back)


@dataclass(frozen=True, slots=True)
class MadeMerge:
    """A merge that was made just now, and the state of the database after it."""

    merge: Merge
    change_token: ChangeToken


@dataclass(frozen=True, slots=True)
class UndoneMerge:
    """What the undoing of a merge did.

    encounter_ids: moved back to the person. left: those that were deleted or moved elsewhere.
    """

    person_id: str
    encounter_ids: tuple[str, ...]
    left: tuple[str, ...]
    change_token: ChangeToken
