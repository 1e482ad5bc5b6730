"""Which decisions of the matcher go to examiners, and which let an application go on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from issuance.domain.application_type import ApplicationType


class IdentificationOutcome(StrEnum):
    """Outcome of a 1:N identification by the matcher."""

    NO_HIT = "no_hit"
    HIT = "hit"
    UNDECIDED = "undecided"


class AdjudicationCause(StrEnum):
    """Why an application is referred to examiners."""

    OTHER_PERSON_FOUND = "other_person_found"
    OWN_RECORD_MISSING = "own_record_missing"
    UNDECIDED = "undecided"
    POSSIBLY_ALTERED = "possibly_altered"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person on record whom the applicant may be.

    score: -log10 of the false match rate; 0 if it is not known any more. hit: whether the score
    reaches the threshold.
    """

    person_id: str
    score: float
    hit: bool = True


@dataclass(frozen=True, slots=True)
class Referral:
    """Whether an application is referred to examiners, and with which candidates.

    cause: None if no examiner is needed. own_record_first: whether the applicant's own record
    was the best hit, or as good as it; None for applicants who claim no record.
    """

    cause: AdjudicationCause | None
    candidates: tuple[Candidate, ...] = ()
    own_record_first: bool | None = None


def clearances_needed(candidates: Sequence[Candidate], strong_score: float) -> int:
    """Return how many examiners must clear: two if a hit has at least the strong score."""
    strong = any(candidate.hit and candidate.score >= strong_score for candidate in candidates)
    return 2 if strong else 1


def decide_referral(
    application_type: ApplicationType,
    person_id: str,
    outcome: IdentificationOutcome,
    candidates: Sequence[Candidate],
    hits_total: int = 0,
    linked: Collection[str] = (),
    *,
    possibly_altered: bool = False,
) -> Referral:
    """Decide whether examiners must look at an identification.

    person_id: the person whom the applicant claims to be. candidates: best first. hits_total: how
    many hits there were, also of those that are not among the candidates. linked: persons whom
    examiners found to be the applicant; whoever has one is on record, whatever the application.
    possibly_altered: whether the ridges of a finger may be.

    The gravest cause wins: another person among the hits; then an own record that is not among
    the hits; then fingers too poor for a NO_HIT; then altered ones, by which somebody may be
    missed, unless they were found all the same. A HIT without a candidate that is a hit is not a
    clear answer either.
    """
    claims_record = application_type.claims_record or bool(linked)
    own = {person_id, *linked} if claims_record else set()
    hits = tuple(candidate for candidate in candidates if candidate.hit)
    own_found = any(hit.person_id in own for hit in hits)
    # Of equal scores the order says nothing: it is by person id.
    best = {hit.person_id for hit in hits if hit.score == hits[0].score}
    own_first = not own.isdisjoint(best) if claims_record else None
    others = tuple(hit for hit in hits if hit.person_id not in own)
    if others or hits_total > len(hits):
        return Referral(AdjudicationCause.OTHER_PERSON_FOUND, others, own_first)
    if claims_record and not own_found:
        return Referral(AdjudicationCause.OWN_RECORD_MISSING, tuple(candidates), own_first)
    no_clear_answer = outcome is IdentificationOutcome.UNDECIDED or (
        outcome is IdentificationOutcome.HIT and not hits
    )
    if no_clear_answer:
        return Referral(AdjudicationCause.UNDECIDED, tuple(candidates), own_first)
    if possibly_altered and not own_found:
        return Referral(AdjudicationCause.POSSIBLY_ALTERED, tuple(candidates), own_first)
    return Referral(None, (), own_first)
