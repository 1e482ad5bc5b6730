"""What was seen of one machine by the process that drives it."""

import math
from dataclasses import dataclass, replace
from datetime import timedelta

from printer.domain.printer_client import PrinterStatus

# A stored time of the last answer may be so much too old.
_STALE_AFTER = timedelta(seconds=5)


@dataclass(slots=True)
class MachineObservations:
    """Times are real time, seconds since 1970.

    status: the last one that it reported. unreachable_since: None while it answers.
    certificate_changed: whether it is unreachable because another certificate was shown.
    job_started: None while it has no job. seconds_per_book: running mean, 0 while nothing was
    measured.
    """

    status: PrinterStatus | None = None
    unreachable_since: float | None = None
    certificate_changed: bool = False
    backoff_until: float = -math.inf
    failures_in_a_row: int = 0
    job_started: float | None = None
    seconds_per_book: float = 0.0


def differ(stored: MachineObservations, seen: MachineObservations) -> bool:
    """Return whether what was seen must be stored: it says more than that time has passed."""
    before, now = stored.status, seen.status
    if before is None or now is None or now.answered_at - before.answered_at >= _STALE_AFTER:
        return stored != seen
    same_times = replace(
        now, up_time=before.up_time, asked_at=before.asked_at, answered_at=before.answered_at
    )
    return stored != replace(seen, status=same_times)
