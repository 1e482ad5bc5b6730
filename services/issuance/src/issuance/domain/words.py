"""Days and hours in the two languages of the office: Indonesian and English."""

from dataclasses import dataclass
from datetime import date, time

from issuance.domain.working_time import Calendar

_WEEKDAYS_ID = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_ID = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    id: str
    en: str


def day_text(day: date) -> Text:
    """`Senin, 5 November 2018` / `Monday, 5 November 2018`."""
    return Text(
        f"{_WEEKDAYS_ID[day.weekday()]}, {day.day} {_MONTHS_ID[day.month - 1]} {day.year}",
        f"{_WEEKDAYS_EN[day.weekday()]}, {day.day} {_MONTHS_EN[day.month - 1]} {day.year}",
    )


def span_text(first: date, last: date) -> Text:
    """`31 Oktober s.d. 2 November 2018`; one day where both are the same."""
    end = Text(
        f"{last.day} {_MONTHS_ID[last.month - 1]} {last.year}",
        f"{last.day} {_MONTHS_EN[last.month - 1]} {last.year}",
    )
    if first == last:
        return end
    year = f" {first.year}" if first.year != last.year else ""
    return Text(
        f"{first.day} {_MONTHS_ID[first.month - 1]}{year} s.d. {end.id}",
        f"{first.day} {_MONTHS_EN[first.month - 1]}{year} to {end.en}",
    )


def appointment_text(day: date, hour: time, calendar: Calendar) -> Text:
    """The day and hour with the zone's own name: `..., pukul 14.00 WITA` / `..., 14:00 WITA`."""
    zone = calendar.opening(day).tzname()
    on = day_text(day)
    return Text(f"{on.id}, pukul {hour:%H.%M} {zone}", f"{on.en}, {hour:%H:%M} {zone}")
