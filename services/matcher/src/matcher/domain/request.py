"""Who asked for something, in which request, and how is the search for it to decide?"""

from dataclasses import dataclass

from servicekit.security.identity import NATIONAL, Caller

from matcher.domain.office_scope import ALL_OFFICES, OfficeScope


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The call in which something was asked for.

    caller: URI of the caller's certificate. scope: the offices that the caller has access to.
    on_behalf_of: the person for whom the caller, a service, makes the call; None if it names none.
    """

    caller: str
    request_id: str
    scope: OfficeScope = ALL_OFFICES
    on_behalf_of: Caller | None = None

    @property
    def on_behalf_of_uri(self) -> str | None:
        """URI of the person for whom the call is made; None if the caller names none."""
        return None if self.on_behalf_of is None else self.on_behalf_of.uri

    @property
    def office_id(self) -> str:
        """The office for which it was asked: of the person it was asked for, else of the caller."""
        if self.on_behalf_of is not None:
            return self.on_behalf_of.office
        return self.scope.office_id or NATIONAL


@dataclass(frozen=True, slots=True)
class SearchPolicy:
    """How a search decides.

    target_fpir: None for the service's own setting. galleries: to be searched; empty for all
    encounters. priority: 1, first, to 9. any_position: compare all positions with all, even if the
    stated ones give a hit. threshold: in place of the one that follows from the target FPIR.
    """

    target_fpir: float | None
    max_candidates: int
    galleries: tuple[str, ...] = ()
    priority: int = 5
    any_position: bool = False
    threshold: float | None = None
