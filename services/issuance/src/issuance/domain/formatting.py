"""How days and hours are written for people, in Indonesian and English."""

from dataclasses import dataclass
from datetime import date, time

from babel import Locale
from babel.dates import format_date

from issuance.domain.working_time import Calendar

_INDONESIAN = Locale("id")
_ENGLISH = Locale("en")


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One text in Indonesian (`id`) and English (`en`)."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in a language, ISO 639-1; in English only where that is asked for."""
        return self.en if language == "en" else self.id


def format_day(day: date) -> LocalizedText:
    """Return the day with its weekday: `Senin, 5 November 2018` / `Monday, 5 November 2018`."""
    return _format(day, "EEEE, d MMMM y")


def format_period(first: date, last: date) -> LocalizedText:
    """Return a period such as `31 Oktober s.d. 2 November 2018`; a single day without `s.d.`."""
    end = _format(last, "d MMMM y")
    if first == last:
        return end
    start = _format(first, "d MMMM y" if first.year != last.year else "d MMMM")
    return LocalizedText(f"{start.id} s.d. {end.id}", f"{start.en} to {end.en}")


def format_appointment(day: date, hour: time, calendar: Calendar) -> LocalizedText:
    """Return day, local hour and name of the zone: `..., pukul 14.00 WITA` / `..., 14:00 WITA`."""
    zone = calendar.opening(day).tzname()
    on = format_day(day)
    return LocalizedText(f"{on.id}, pukul {hour:%H.%M} {zone}", f"{on.en}, {hour:%H:%M} {zone}")


def _format(day: date, pattern: str) -> LocalizedText:
    """Format by a pattern of Unicode TR 35."""
    return LocalizedText(
        format_date(day, pattern, locale=_INDONESIAN), format_date(day, pattern, locale=_ENGLISH)
    )
