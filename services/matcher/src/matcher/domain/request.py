"""Who asked for something, in which request, and how is the search for it to decide?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The call in which something was asked for. caller: URI of the caller's certificate."""

    caller: str
    request_id: str


@dataclass(frozen=True, slots=True)
class SearchPolicy:
    """How a search decides. target_fpir: None for the service's own setting."""

    target_fpir: float | None
    max_candidates: int
