"""Offices, their special days and history as messages of the contract."""

from passport.issuance.v1 import offices_pb2 as pb

from issuance.domain.office import InstalledMachines, Office
from issuance.domain.office_history import OfficeHistoryEntry
from issuance.domain.special_day import SpecialDay
from issuance.serialization import calendar_date
from issuance.service.encode_values import optional_date, timestamp
from issuance.service.enum_codes import OFFICE_EVENTS, SPECIAL_DAY_KINDS


def office(office: Office, machines: InstalledMachines) -> pb.Office:
    """Return an office with the machines that print there today."""
    calendar = office.calendar
    return pb.Office(
        office=office.id,
        name=office.name,
        timezone=calendar.zone.key,
        machines=machines.count,
        books_per_machine_per_day=float(machines.books_per_day),
        promise_working_days=office.promise_working_days,
        opens=calendar.opens.isoformat("minutes"),
        closes=calendar.closes.isoformat("minutes"),
        collection_from=office.collection.from_hour.isoformat("minutes"),
        printer=office.printer,
        languages=office.languages,
        country=calendar.country,
        revision=office.revision,
        removed_at=timestamp(office.removed_at),
    )


def special_day(special: SpecialDay) -> pb.SpecialDay:
    """Return what is declared for a day."""
    return pb.SpecialDay(
        office=special.office,
        day=calendar_date(special.day),
        kind=SPECIAL_DAY_KINDS[special.kind],
        reason=special.reason,
        declared_by=special.declared_by,
        declared_at=timestamp(special.declared_at),
    )


def office_change(entry: OfficeHistoryEntry) -> pb.OfficeChange:
    """Return who changed what."""
    return pb.OfficeChange(
        office=entry.office,
        event=OFFICE_EVENTS[entry.event],
        changes=[
            pb.FieldChange(field=change.field, before=change.before, after=change.after)
            for change in entry.changes
        ],
        day=optional_date(entry.day),
        by=entry.by,
        on_behalf_of=entry.on_behalf_of,
        at=timestamp(entry.at),
    )
