"""Words of `passport.type.v1` that both our own contract and the printer's use."""

from datetime import date

from passport.type.v1 import civil_pb2

from issuance.domain.plan import Lane

LANES = {lane: civil_pb2.Lane.Value(f"LANE_{lane.name}") for lane in Lane}


def calendar_date(day: date) -> civil_pb2.CalendarDate:
    """A day on the wire."""
    return civil_pb2.CalendarDate(year=day.year, month=day.month, day=day.day)
