"""What a caller asks to be stored."""

from dataclasses import dataclass

from matcher.domain.biometrics import Sample


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The request something came from."""

    caller: str
    request_id: str


@dataclass(frozen=True, slots=True)
class SearchPolicy:
    """How a search decides. target_fpir: None for the service's own."""

    target_fpir: float | None
    max_candidates: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Fingers a person gave on one occasion.

    search: None if duplicates are not looked for. digest: SHA-256 of the request's content.
    """

    encounter_id: str
    person_id: str
    samples: tuple[Sample, ...]
    search: SearchPolicy | None
    origin: RequestOrigin
    digest: bytes
