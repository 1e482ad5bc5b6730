"""What goes wrong at a simulated machine, and at which document.

A fault strikes once, also over restarts: it is written down before it strikes.
"""

from enum import Enum
from pathlib import Path


class Fault(Enum):
    """Faults by the name that `--faults` knows them by."""

    JAM = "jam"  # stops with media-jam-error before the book, goes on after a while
    INK = "ink"  # stops with marker-supply-empty-error, likewise
    CRASH_BEFORE = "crash-before"  # dies with the document in its memory, nothing printed
    CRASH_AFTER = "crash-after"  # dies when the book is out, before it told anybody
    CUT = "cut"  # takes the document, cuts the connection instead of answering, prints
    ABORT = "abort"  # aborts the job before printing began


class Faults:
    """A plan such as `jam@3,crash-after@7`: the fault and the document at which it strikes.

    Documents are counted over restarts in the file `memory`. Raises ValueError for another plan.
    """

    def __init__(self, plan: str, memory: Path) -> None:
        self._plan = dict(_parse(item) for item in plan.split(",") if item)
        self._memory = memory
        self._count = int(memory.read_text()) if memory.exists() else 0

    def next(self) -> Fault | None:
        """Count a document that arrived whole; the fault that strikes it, if any."""
        self._count += 1
        self._memory.write_text(str(self._count))
        return self._plan.get(self._count)


def _parse(item: str) -> tuple[int, Fault]:
    name, _, place = item.partition("@")
    if not (place.isdecimal() and int(place) > 0):
        raise ValueError(f"not a fault: {item!r}; write for instance jam@3")
    return int(place), Fault(name)
