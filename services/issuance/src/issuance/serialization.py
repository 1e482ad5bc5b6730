"""Domain values as messages and enumerations of `passport.type.v1`, for our contract and others."""

from datetime import date

from passport.type.v1 import civil_pb2
from servicekit.grpc.enum_codes import enum_codes

from issuance.domain.collection_plan import PriorityClass

PRIORITY_CLASSES = enum_codes(PriorityClass, civil_pb2.PriorityClass)


def calendar_date(day: date) -> civil_pb2.CalendarDate:
    """Return a day as CalendarDate."""
    return civil_pb2.CalendarDate(year=day.year, month=day.month, day=day.day)


def day_of(given: civil_pb2.CalendarDate) -> date:
    """Return a CalendarDate as day. Raises ValueError if there is no such day."""
    return date(given.year, given.month, given.day)
