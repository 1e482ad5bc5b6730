"""Offices as the domain knows them."""

from fractions import Fraction
from zoneinfo import ZoneInfo

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.office import NewOffice, Office
from issuance.domain.working_time import Calendar


def an_office(id: str) -> Office:
    """Build an office in the zone of Banjarmasin."""
    return Office(
        id=id,
        name=id,
        collection=CollectionHours(Calendar(ZoneInfo("Asia/Makassar"), "ID")),
        promise_working_days=3,
    )


def a_new_office(id: str, books_per_day: int = 162) -> NewOffice:
    """Build the same office with one machine."""
    return NewOffice(an_office(id), 1, Fraction(books_per_day))
