"""Which time zones can an office have? Those of the IANA database, by name."""

from zoneinfo import ZoneInfo, available_timezones

# Of the computer, which may be another one for each replica, and of none.
_NO_PLACE = frozenset({"localtime", "Factory"})


def time_zone(name: str) -> ZoneInfo:
    """Return the time zone with this name. Raises ValueError if there is none."""
    if name in _NO_PLACE or name not in available_timezones():
        raise ValueError("unknown time zone; give an IANA name such as Asia/Makassar")
    return ZoneInfo(name)
