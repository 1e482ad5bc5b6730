"""Reports on stderr how much of the work is done and how long the rest will take."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_INTERVAL_SECONDS = {True: 0.2, False: 10.0}
"""Between two lines: on a terminal, where a line replaces the one before, and elsewhere."""


def with_progress(items: Iterable[T], what: str, total: int, done: int = 0) -> Iterator[T]:
    """Yield the items; now and then report how many of `total` are done and the time left.

    what: what is done, for the line. done: items of `total` done before these.
    """
    terminal = sys.stderr.isatty()
    started = reported = time.monotonic()
    before = done
    for item in items:
        yield item
        done += 1
        now = time.monotonic()
        if now - reported >= _INTERVAL_SECONDS[terminal]:
            left = (now - started) / (done - before) * (total - done)
            _write(f"{what}: {done:,} of {total:,}, {_duration(left)} left", terminal)
            reported = now
    if terminal:
        sys.stderr.write("\r\x1b[K")


def print_status(line: str) -> None:
    """Write one line to stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _write(line: str, terminal: bool) -> None:
    sys.stderr.write(f"\r{line}\x1b[K" if terminal else f"{line}\n")
    sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
