"""Offices as the domain knows them."""

from fractions import Fraction
from zoneinfo import ZoneInfo

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.office import Office
from issuance.domain.working_time import Calendar


def an_office(id: str, books_per_day: int = 162) -> Office:
    """Build an office with one machine, in the zone of Banjarmasin."""
    return Office(
        id=id,
        name=id,
        collection=CollectionHours(Calendar(ZoneInfo("Asia/Makassar"), "ID")),
        promise_working_days=3,
        initial_machines=1,
        initial_books_per_machine_per_day=Fraction(books_per_day),
    )
