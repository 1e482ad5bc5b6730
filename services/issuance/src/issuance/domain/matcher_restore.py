"""How a restore of the matcher's database is noticed, and how far it is compared with our cases.

Enrolments are numbered in the order in which the matcher acknowledged them. What a restore lost are
the latest, so they are compared from the latest backwards, until many in a row are there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from issuance.domain.case import Case
from issuance.domain.encounter_change import EncounterChange, EncounterStatus
from issuance.domain.events import BEGINS_ENCOUNTER, ApplicationEvent
from issuance.domain.history import HistoryEntry
from issuance.domain.transitions import transition_of

EVERYTHING = 2**62
"""Above every number of an enrolment."""


@dataclass(frozen=True, slots=True)
class MatcherPast:
    """Which past the matcher's database has: its epoch, and the number of its latest change."""

    epoch: str
    latest_change: int


@dataclass(frozen=True, slots=True)
class EncounterFound:
    """An encounter as the matcher has it."""

    status: EncounterStatus
    person_id: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far the enrolments are compared with the matcher.

    past: the latest known of its database; an empty epoch: none yet. restores: how many of it were
    noticed. unconfirmed_to: enrolments up to this number are to be compared; 0: none. count_from:
    only from this number downwards those count as a row that are there, since an earlier comparison
    had come so far and no further. in_a_row: how many of them were.
    """

    past: MatcherPast
    restores: int = 0
    unconfirmed_to: int = 0
    count_from: int = EVERYTHING
    in_a_row: int = 0

    def observed(self, past: MatcherPast, latest: int) -> "Comparison":
        """Return the comparison after the matcher told its past. latest: number of an enrolment."""
        if not self.past.epoch:
            return replace(self, past=past)
        if past.epoch == self.past.epoch and past.latest_change >= self.past.latest_change:
            return replace(self, past=past)
        return Comparison(
            past,
            self.restores + 1,
            unconfirmed_to=latest,
            count_from=self.unconfirmed_to or EVERYTHING,
        )

    def is_at(self, other: "Comparison") -> bool:
        """Return whether it is the comparison of the same restore, and has come as far."""
        return (self.restores, self.unconfirmed_to) == (other.restores, other.unconfirmed_to)

    def compared(self, there: Sequence[tuple[int, bool]], enough_in_a_row: int) -> "Comparison":
        """Return the comparison after some enrolments, given by falling number and whether all of
        it was there. None left, or enough in a row: it is over."""
        in_a_row, lowest = self.in_a_row, 1
        for number, is_there in there:
            lowest = number
            if number <= self.count_from:
                in_a_row = in_a_row + 1 if is_there else 0
            if in_a_row >= enough_in_a_row:
                return Comparison(self.past, self.restores)
        return replace(self, unconfirmed_to=lowest - 1, in_a_row=in_a_row)


@dataclass(frozen=True, slots=True)
class ExpectedEncounter:
    """An encounter as it has to be at the matcher, by the history of its application."""

    encounter_id: str
    status: EncounterStatus
    reason: str


def expected_encounters(case: Case, history: Sequence[HistoryEntry]) -> list[ExpectedEncounter]:
    """Return the encounters of a case, oldest first; none whose enrolment is not acknowledged."""
    expected: dict[int, ExpectedEncounter] = {}
    number = 1
    for entry in history:
        row = transition_of(entry.source, entry.event)
        identified = entry.event in _IDENTIFIED
        status = row.encounter if row else None
        if identified or (status and number in expected):
            changed = status or EncounterStatus.PENDING
            expected[number] = ExpectedEncounter(
                case.encounter_numbered(number), changed, entry.details.reason
            )
        if entry.event in BEGINS_ENCOUNTER:
            number += 1
    return list(expected.values())


def is_lost(case: Case, expected: ExpectedEncounter, found: EncounterFound | None) -> bool:
    """Return whether the encounter that the case rests on is gone."""
    is_present = expected.encounter_id == case.encounter_id
    return is_present and expected.status is not EncounterStatus.DELETED and found is None


def correction(
    case: Case, expected: ExpectedEncounter, found: EncounterFound | None
) -> EncounterChange | None:
    """Return what has to be done again at the matcher; None if nothing."""
    if found is None or expected.status is EncounterStatus.PENDING:
        return None
    linked = case.linked and expected.status is not EncounterStatus.DELETED
    if expected.status is found.status and not (linked and found.person_id != case.person_id):
        return None
    return EncounterChange(
        expected.encounter_id,
        expected.status,
        person_id=case.person_id if linked else "",
        reason=expected.reason,
        on_behalf_of=case.appeal_granted_by,
    )


_IDENTIFIED = frozenset({ApplicationEvent.IDENTIFY, ApplicationEvent.REFER_TO_EXAMINERS})
