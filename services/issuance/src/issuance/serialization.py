"""Domain values as messages and enumerations of `passport.type.v1`, for our contract and others."""

from datetime import date

from passport.type.v1 import civil_pb2

from issuance.domain.collection_plan import PriorityClass

PRIORITY_CLASSES = {
    priority_class: civil_pb2.PriorityClass.Value(f"PRIORITY_CLASS_{priority_class.name}")
    for priority_class in PriorityClass
}


def born_on(holder: bytes) -> date:
    """Return the day of birth of a serialized BiographicData."""
    day = civil_pb2.BiographicData.FromString(holder).born_on
    return date(day.year, day.month, day.day)


def calendar_date(day: date) -> civil_pb2.CalendarDate:
    """Return a day as CalendarDate."""
    return civil_pb2.CalendarDate(year=day.year, month=day.month, day=day.day)
