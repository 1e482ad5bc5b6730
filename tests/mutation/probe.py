"""Which test file runs when a function is called? A plugin of pytest, and what functions call.

It is copied into a folder of its own, together with what it writes: ``current``, the number of the
running test file, which all processes read; ``calls``, a line for each function and test file; and
``files.json``, the test files in the order of their numbers, with the duration of their tests.
"""

import json
import mmap
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_NUMBER_BYTES = 4
NO_TEST = 0
"""Number that stands for the time before, between and after tests."""


@cache
def _current() -> mmap.mmap:
    file = _FOLDER / "current"
    if not file.exists():
        file.write_bytes(bytes(_NUMBER_BYTES))
    with file.open("r+b") as opened:
        return mmap.mmap(opened.fileno(), _NUMBER_BYTES)


_written: set[tuple[str, bytes]] = set()
_seconds: dict[str, float] = {}


def called(function: str) -> None:
    """Note that a function was called, by whatever process, while the current test file ran."""
    number = _current()[:]
    if (function, number) in _written:
        return
    _written.add((function, number))
    # Opened for each line: a program may close files that it does not know.
    with suppress(OSError), (_FOLDER / "calls").open("a", encoding="utf-8") as calls:
        calls.write(f"{int.from_bytes(number, 'big')} {function}\n")


def pytest_runtest_logstart(nodeid: str) -> None:
    """Say to all processes which test file runs."""
    file = nodeid.split("::")[0]
    _seconds.setdefault(file, 0.0)
    number = list(_seconds).index(file) + 1
    _current()[:] = number.to_bytes(_NUMBER_BYTES, "big")


def pytest_runtest_logreport(report: Any) -> None:
    """Add the duration of one step of a test to that of its file."""
    _seconds[report.nodeid.split("::")[0]] += report.duration


def pytest_sessionfinish() -> None:
    """Write which test files ran and how long."""
    _current()[:] = NO_TEST.to_bytes(_NUMBER_BYTES, "big")
    (_FOLDER / "files.json").write_text(json.dumps(list(_seconds.items())), encoding="utf-8")
