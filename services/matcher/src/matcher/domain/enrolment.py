"""What a caller asks to be stored."""

from dataclasses import dataclass

from matcher.domain.biometrics import Sample


@dataclass(frozen=True, slots=True)
class Origin:
    """The request something came from. digest: SHA-256 of its content."""

    caller: str
    request_id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class SearchPolicy:
    """How a search decides. target_fpir: None for the service's own."""

    target_fpir: float | None
    max_candidates: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Fingers a person gave on one occasion. search: None if duplicates are not looked for."""

    encounter_id: str
    person_id: str
    samples: tuple[Sample, ...]
    search: SearchPolicy | None
    origin: Origin
