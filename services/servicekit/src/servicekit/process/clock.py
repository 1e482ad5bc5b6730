"""What time is it for business purposes? Real time, or in tests the time written into a file.

Working days, promised dates and holidays are computed from the business time. Deadlines, leases,
backoff and TLS always use real time instead.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from servicekit.process.settings import ServiceSettings


class Clock(Protocol):
    """A source of business time."""

    def now(self) -> datetime:
        """Return the business time, an aware datetime in UTC."""
        ...


class SystemClock:
    """A clock whose business time is real time."""

    def now(self) -> datetime:
        """Return the computer's time, in UTC."""
        return datetime.now(UTC)


class FileClock:
    """A simulated clock: its time is what a test harness wrote into a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Return the time in the file, in UTC; raises OSError or ValueError when there is none."""
        time = datetime.fromisoformat(self._path.read_text(encoding="utf-8").strip())
        if time.tzinfo is None:
            raise ValueError(f"{self._path}: the time has no time zone")
        return time.astimezone(UTC)


def write_clock_file(path: Path, time: datetime) -> None:
    """Write the time of a FileClock into its file, atomically; raises ValueError without a zone."""
    if time.tzinfo is None:
        raise ValueError("the time has no time zone")
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(time.isoformat() + "\n", encoding="utf-8")
    draft.replace(path)


def make_clock(settings: ServiceSettings) -> Clock:
    """Return the clock that the settings select; they refuse a file in production."""
    return FileClock(settings.clock_file) if settings.clock_file else SystemClock()
