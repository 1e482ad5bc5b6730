"""Whether the caller may act for this office, and what is recorded of the caller."""

from servicekit.errors import NotPermitted
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller, current_on_behalf_of

from printer.domain.attribution import Attribution


def require_caller_of(office: str) -> None:
    """Raise NotPermitted unless the caller may act for this office."""
    if not current_caller().covers_office(office):
        raise NotPermitted(f"this is the printer of office {office}", office=office)


def attribution(clock: Clock) -> Attribution:
    """Return the caller, or the person on whose behalf it calls, with the present business time."""
    return Attribution((current_on_behalf_of() or current_caller()).uri, clock.now())
