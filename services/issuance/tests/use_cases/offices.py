"""Offices as the domain knows them."""

from fractions import Fraction
from zoneinfo import ZoneInfo

from issuance.domain.notices import Desk
from issuance.domain.office import Office
from issuance.domain.working_time import Calendar


def an_office(id: str, books_per_day: int = 162) -> Office:
    """Build an office with one machine, in the zone of Banjarmasin."""
    return Office(
        id=id,
        name=id,
        desk=Desk(Calendar(ZoneInfo("Asia/Makassar"), "ID")),
        promise_working_days=3,
        machines=1,
        books_per_machine_per_day=Fraction(books_per_day),
    )
