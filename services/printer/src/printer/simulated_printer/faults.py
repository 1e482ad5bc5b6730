"""Faults of the simulated printer, each injected at a chosen document.

A fault strikes only once, even over restarts: the document is counted on disk before it strikes.
"""

from enum import Enum
from pathlib import Path


class InjectedFault(Enum):
    """Kinds of faults; the values are the names that `--faults` takes."""

    JAM = "jam"  # stops with media-jam-error before printing, goes on after a while
    INK = "ink"  # stops with marker-supply-empty-error before printing, goes on after a while
    CRASH_BEFORE = "crash-before"  # the process dies with the document received and nothing printed
    CRASH_AFTER = "crash-after"  # the process dies when the book is printed, before it reports so
    CUT = "cut"  # prints, but cuts the connection instead of responding to Send-Document
    CHIP = "chip"  # cannot write the chip, aborts the job before the page is printed
    ABORT = "abort"  # aborts the job before printing began


class FaultPlan:
    """Which fault strikes at which document, counted from 1.

    plan: for instance `jam@3,crash-after@7`; ValueError for another form. count_file: keeps the
    number of documents received so far over restarts.
    """

    def __init__(self, plan: str, count_file: Path) -> None:
        self._plan = dict(_parse(item) for item in plan.split(",") if item)
        self._count_file = count_file
        self._count = int(count_file.read_text()) if count_file.exists() else 0

    def next_fault(self) -> InjectedFault | None:
        """Count a document that arrived whole; return the fault that strikes at it, if any."""
        self._count += 1
        self._count_file.write_text(str(self._count))
        return self._plan.get(self._count)


def _parse(item: str) -> tuple[int, InjectedFault]:
    name, _, place = item.partition("@")
    if not (place.isdecimal() and int(place) > 0):
        raise ValueError(f"not a fault: {item!r}; write for instance jam@3")
    return int(place), InjectedFault(name)
