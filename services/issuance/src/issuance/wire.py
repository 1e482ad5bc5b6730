"""Words of `passport.type.v1` that both our own contract and the printer's use."""

from datetime import date

from passport.type.v1 import civil_pb2

from issuance.domain.plan import PriorityClass

PRIORITY_CLASSES = {
    priority_class: civil_pb2.PriorityClass.Value(f"PRIORITY_CLASS_{priority_class.name}")
    for priority_class in PriorityClass
}


def calendar_date(day: date) -> civil_pb2.CalendarDate:
    """A day on the wire."""
    return civil_pb2.CalendarDate(year=day.year, month=day.month, day=day.day)
