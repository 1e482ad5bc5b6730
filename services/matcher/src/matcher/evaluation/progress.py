"""Says on stderr how far work has come and how long it will still take."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_EVERY_SECONDS = {True: 0.2, False: 10.0}
"""Between two lines: on a terminal, where a line replaces the one before, and elsewhere."""


def shown(work: Iterable[T], what: str, total: int, done: int = 0) -> Iterator[T]:
    """Pass `work` on; `done` of `total` pieces were done before this part of it began."""
    terminal = sys.stderr.isatty()
    started = said = time.monotonic()
    before = done
    for piece in work:
        yield piece
        done += 1
        now = time.monotonic()
        if now - said >= _EVERY_SECONDS[terminal]:
            left = (now - started) / (done - before) * (total - done)
            _say(f"{what}: {done:,} of {total:,}, {_duration(left)} left", terminal)
            said = now
    if terminal:
        sys.stderr.write("\r\x1b[K")


def say(line: str) -> None:
    """Write one line."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _say(line: str, terminal: bool) -> None:
    sys.stderr.write(f"\r{line}\x1b[K" if terminal else f"{line}\n")
    sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
