"""The business clock: days, promises and holidays go by it, and a test may hold it.

Deadlines, leases, backoff and TLS never use it: they go by real time.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from servicekit.process.settings import ServiceSettings


class Clock(Protocol):
    """Says what time it is for business."""

    def now(self) -> datetime:
        """The business time, in UTC and aware of it."""
        ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """The time of the machine, in UTC."""
        return datetime.now(UTC)


class FileClock:
    """The time that a test harness wrote into a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The time in the file; raises OSError or ValueError when there is none."""
        time = datetime.fromisoformat(self._path.read_text(encoding="utf-8").strip())
        if time.tzinfo is None:
            raise ValueError(f"{self._path}: the time has no zone")
        return time.astimezone(UTC)


def set_clock(path: Path, time: datetime) -> None:
    """Put the time into the file, so that a reader sees the old or the new one, never half."""
    if time.tzinfo is None:
        raise ValueError("the time has no zone")
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(time.isoformat() + "\n", encoding="utf-8")
    draft.replace(path)


def clock_from(settings: ServiceSettings) -> Clock:
    """The clock the settings ask for; raises ValueError for a held clock in production."""
    if settings.clock_file is None:
        return SystemClock()
    if settings.environment == "production":
        raise ValueError("clock_file is refused in production")
    return FileClock(settings.clock_file)
