"""What the matcher's decision means for a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ApplicationType(StrEnum):
    """What is applied for."""

    NEW = "new"
    RENEWAL = "renewal"
    REPLACEMENT_LOST = "replacement_lost"
    REPLACEMENT_DAMAGED = "replacement_damaged"

    @property
    def on_record(self) -> bool:
        """Whether the applicant claims to be a person already on record."""
        return self is not ApplicationType.NEW


class Outcome(StrEnum):
    """What the matcher said."""

    NO_HIT = "no_hit"
    HIT = "hit"
    UNDECIDED = "undecided"


class Cause(StrEnum):
    """Why an examiner must look."""

    OTHER_PERSON_FOUND = "other_person_found"
    OWN_RECORD_MISSING = "own_record_missing"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person the applicant may be; `score` is -log10 FMR, `hit` means at the threshold."""

    person_id: str
    score: float
    hit: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Clear where `cause` is None; otherwise the question, and whom to compare with.

    `own_record_first` is None for those who claim no record.
    """

    cause: Cause | None
    to_compare: tuple[Candidate, ...] = ()
    own_record_first: bool | None = None


def assess(
    kind: ApplicationType, person_id: str, outcome: Outcome, candidates: Sequence[Candidate]
) -> Finding:
    """Whether the decision lets the case go on, or raises a question for an examiner.

    person_id: who the applicant says to be. candidates: best first.

    Anybody else among the hits is the gravest question; then an own record that is not among
    them; then fingers too poor to say no. A hit without anybody hit is no clear answer either.
    """
    hits = tuple(candidate for candidate in candidates if candidate.hit)
    own = kind.on_record and any(hit.person_id == person_id for hit in hits)
    own_first = bool(hits) and hits[0].person_id == person_id if kind.on_record else None
    others = tuple(hit for hit in hits if not (kind.on_record and hit.person_id == person_id))
    if others:
        return Finding(Cause.OTHER_PERSON_FOUND, others, own_first)
    if kind.on_record and not own:
        return Finding(Cause.OWN_RECORD_MISSING, tuple(candidates), own_first)
    if outcome is Outcome.UNDECIDED or (outcome is Outcome.HIT and not hits):
        return Finding(Cause.UNDECIDED, tuple(candidates), own_first)
    return Finding(None, (), own_first)
