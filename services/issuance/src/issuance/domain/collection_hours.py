"""On which days and from which hour an office hands out passports."""

from dataclasses import dataclass
from datetime import date, datetime, time

from issuance.domain.formatting import LocalizedText, format_appointment
from issuance.domain.working_time import Calendar

COLLECTION_FROM = time(14)
"""Local hour from which an office hands out passports if it states no other."""


@dataclass(frozen=True, slots=True)
class CollectionHours:
    """Working days of an office and the local hour from which passports are handed out."""

    calendar: Calendar
    from_hour: time = COLLECTION_FROM

    def start_on(self, day: date) -> datetime:
        """Return the instant from which passports are handed out on `day`."""
        return datetime.combine(day, self.from_hour, self.calendar.zone)

    def appointment(self, day: date) -> LocalizedText:
        """Return day and hour of a collection in words."""
        return format_appointment(day, self.from_hour, self.calendar)
