"""What does a caller ask for when it asks to store an encounter?"""

from dataclasses import dataclass

from matcher.domain.finger import FingerSample


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The call that something was asked by. caller: URI of its certificate."""

    caller: str
    request_id: str


@dataclass(frozen=True, slots=True)
class SearchPolicy:
    """How a search decides. target_fpir: None for the service's own."""

    target_fpir: float | None
    max_candidates: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An encounter to be stored.

    duplicate_check: how to search for duplicates; None to store without a search.
    request_digest: SHA-256 of the whole request.
    """

    encounter_id: str
    person_id: str
    samples: tuple[FingerSample, ...]
    duplicate_check: SearchPolicy | None
    origin: RequestOrigin
    request_digest: bytes
