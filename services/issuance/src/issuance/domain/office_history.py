"""Who changed an office or its calendar, when, and what it was before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from issuance.domain.office import InstalledMachines, Office
from issuance.domain.special_day import SpecialDay, SpecialDayKind


class OfficeEvent(StrEnum):
    """What was done, by the name of the method."""

    PUT_OFFICE = "put_office"
    REMOVE_OFFICE = "remove_office"
    SET_CAPACITY = "set_capacity"
    ADD_CLOSURE = "add_closure"
    REMOVE_CLOSURE = "remove_closure"
    ADD_WORKING_DAY = "add_working_day"
    REMOVE_WORKING_DAY = "remove_working_day"


ADDED = {
    SpecialDayKind.CLOSED: OfficeEvent.ADD_CLOSURE,
    SpecialDayKind.WORKED: OfficeEvent.ADD_WORKING_DAY,
}
TAKEN_BACK = {
    SpecialDayKind.CLOSED: OfficeEvent.REMOVE_CLOSURE,
    SpecialDayKind.WORKED: OfficeEvent.REMOVE_WORKING_DAY,
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field by its name in the contract, as text before and after; empty: not set."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OfficeHistoryEntry:
    """One change. office: ALL_OFFICES for all.

    day: the special day, or the first one of the capacity; None for the office itself. by: an
    identity; on_behalf_of: the person for whom a service did it, or empty. at: business time.
    """

    office: str
    event: OfficeEvent
    changes: tuple[FieldChange, ...]
    by: str
    on_behalf_of: str
    at: datetime
    day: date | None = None


Described = Mapping[str, str]
"""Values of fields as text, by the field's name in the contract."""
NOTHING: Described = {}


def describe_office(office: Office, machines: InstalledMachines) -> Described:
    """Return what is recorded of an office, with its machines of today."""
    calendar = office.calendar
    return {
        "name": office.name,
        "timezone": calendar.zone.key,
        "country": calendar.country,
        "opens": calendar.opens.isoformat("minutes"),
        "closes": calendar.closes.isoformat("minutes"),
        "collection_from": office.collection.from_hour.isoformat("minutes"),
        "promise_working_days": str(office.promise_working_days),
        "printer": office.printer,
        "languages": ", ".join(office.languages),
        "removed_at": office.removed_at.isoformat() if office.removed_at else "",
        **describe_machines(machines),
    }


def describe_machines(machines: InstalledMachines) -> Described:
    """Return how many machines there are and how much each prints."""
    return {
        "machines": str(machines.count),
        "books_per_machine_per_day": f"{float(machines.books_per_day):g}",
    }


def describe_special_day(special: SpecialDay) -> Described:
    """Return what is declared for a day."""
    return {"reason": special.reason}


def differences(before: Described, after: Described) -> tuple[FieldChange, ...]:
    """Return the fields whose values differ, in the order in which they are described."""
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in {**before, **after})
    return tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new)
