"""Which offices exist, and which of them a caller may act for."""

from collections.abc import Mapping

from servicekit.security.identity import NATIONAL, Caller

from issuance.domain.office import Office, UnknownOffice, WrongOffice


def require_own_office(caller: Caller, office: str) -> None:
    """Raise WrongOffice unless the caller may act for the office."""
    if not caller.covers_office(office):
        raise WrongOffice(
            f"a caller of {caller.office} acts for that office only", office=caller.office
        )


def visible_office(caller: Caller, requested: str) -> str | None:
    """Return the office whose rows are listed; None means all. Raises WrongOffice."""
    if requested or caller.office != NATIONAL:
        require_own_office(caller, requested)
    return requested or None


def own_office(caller: Caller) -> str | None:
    """Return the office of a caller; None for national callers, who act for all."""
    return None if caller.office == NATIONAL else caller.office


def known_office(offices: Mapping[str, Office], office: str) -> Office:
    """Return the office with this id that is not removed. Raises UnknownOffice."""
    known = offices.get(office)
    if known is None or known.is_removed:
        raise UnknownOffice("there is no such office", field="office")
    return known
