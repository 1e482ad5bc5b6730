"""Dates and times of requests as Python values."""

from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from passport.type.v1 import civil_pb2

from issuance.domain.working_time import BadDate


def decode_date(given: civil_pb2.CalendarDate, field: str) -> date:
    """Return the day of a field. Raises BadDate if the calendar has no such day."""
    try:
        return date(given.year, given.month, given.day)
    except ValueError:
        raise BadDate("the calendar has no such day", field=field) from None


def decode_instant(given: Timestamp, field: str) -> datetime:
    """Return the instant of a field, in UTC. Raises BadDate outside the years 1 to 9999."""
    try:
        return given.ToDatetime().replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadDate("not a time that can be used here", field=field) from None
