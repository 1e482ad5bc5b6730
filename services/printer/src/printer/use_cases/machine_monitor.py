"""Last known status of each machine, in memory only.

Empty after a restart, and never the basis of a decision to print a page again.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from printer.domain.machine_selection import MachineCapacity
from printer.domain.printer_client import PrinterStatus
from printer.domain.reconciliation import MINIMUM_UP_TIME_SECONDS

# Assumed while no machine has been measured yet.
_DEFAULT_SECONDS_PER_BOOK = 30.0
# Weight of the latest book in the running mean (exponential smoothing).
_SMOOTHING = 0.2
_LONGEST_BACKOFF_FACTOR = 16
# An overdue job still counts as not finished.
_SHORTEST_REMAINING_SECONDS = 1e-3


@dataclass(slots=True)
class _Observations:
    """What was seen of one machine; times are monotonic seconds.

    seconds_per_book: running mean, 0 while nothing was measured.
    """

    status: PrinterStatus | None = None
    unreachable_since: float | None = None
    backoff_until: float = -math.inf
    failures_in_a_row: int = 0
    job_started: float | None = None
    seconds_per_book: float = 0.0


class MachineMonitor:
    """Remembers what the machines reported and how fast they are.

    monotonic: real time in seconds. backoff_seconds: how long a machine is left alone after a
    failure; doubles with each further failure in a row, up to sixteen times as long.
    """

    def __init__(self, monotonic: Callable[[], float], backoff_seconds: float) -> None:
        self._monotonic = monotonic
        self._backoff_seconds = backoff_seconds
        self._machines: dict[str, _Observations] = {}

    def record_status(self, machine_id: str, status: PrinterStatus) -> None:
        """Record that the machine answered."""
        observed = self._of(machine_id)
        observed.status, observed.unreachable_since = status, None

    def record_unreachable(self, machine_id: str) -> float:
        """Record that the machine did not answer, and back off.

        Returns for how many seconds it has not answered.
        """
        observed = self._of(machine_id)
        if observed.unreachable_since is None:
            observed.unreachable_since = self._monotonic()
        self.back_off(machine_id)
        return self._monotonic() - observed.unreachable_since

    def back_off(self, machine_id: str) -> None:
        """Leave the machine alone for a while after a failure."""
        observed = self._of(machine_id)
        factor = min(2**observed.failures_in_a_row, _LONGEST_BACKOFF_FACTOR)
        observed.backoff_until = self._monotonic() + factor * self._backoff_seconds
        observed.failures_in_a_row += 1

    def is_backing_off(self, machine_id: str) -> bool:
        """Return whether the machine is to be left alone now."""
        return self._monotonic() < self._of(machine_id).backoff_until

    def record_job_started(self, machine_id: str) -> None:
        """Record that the machine is given a job."""
        self._of(machine_id).job_started = self._monotonic()

    def record_job_printed(self, machine_id: str) -> None:
        """Record that the machine has printed its job: measures its speed, ends its failures."""
        observed = self._of(machine_id)
        if observed.job_started is not None:
            seconds = self._monotonic() - observed.job_started
            mean = observed.seconds_per_book or seconds
            observed.seconds_per_book = mean + _SMOOTHING * (seconds - mean)
        observed.failures_in_a_row = 0
        observed.job_started = None

    def record_no_job(self, machine_id: str) -> None:
        """Record that the machine has no job any more, for whatever reason."""
        self._of(machine_id).job_started = None

    def last_status(self, machine_id: str) -> PrinterStatus | None:
        """Return the status that the machine reported last; None if it never did."""
        return self._of(machine_id).status

    def is_reachable(self, machine_id: str) -> bool:
        """Return whether the machine answered when it was last asked."""
        observed = self._of(machine_id)
        return observed.status is not None and observed.unreachable_since is None

    def is_ready(self, machine_id: str) -> bool:
        """Return whether the machine may be given a job.

        It must have answered, have no fault, not be left alone after a failure, accept jobs, and
        have run for MINIMUM_UP_TIME_SECONDS.
        """
        status = self.last_status(machine_id)
        return (
            status is not None
            and self.is_reachable(machine_id)
            and not self.is_backing_off(machine_id)
            and not status.has_fault
            and status.accepting_jobs
            and status.up_time >= MINIMUM_UP_TIME_SECONDS
        )

    def capacities(self, machine_ids: Iterable[str]) -> list[MachineCapacity]:
        """Return the capacity of each of the machines that is ready, at work or not.

        A machine not measured yet counts as fast as the mean of the others.
        """
        ready = [machine_id for machine_id in machine_ids if self.is_ready(machine_id)]
        measured = [seconds for each in ready if (seconds := self._of(each).seconds_per_book)]
        mean = fmean(measured) if measured else _DEFAULT_SECONDS_PER_BOOK
        return [self._capacity(machine_id, mean) for machine_id in ready]

    def _capacity(self, machine_id: str, mean: float) -> MachineCapacity:
        observed = self._of(machine_id)
        seconds_per_book = observed.seconds_per_book or mean
        if observed.job_started is None:
            return MachineCapacity(machine_id, 0.0, seconds_per_book)
        # A job that is overdue is expected to take as long again as it is overdue.
        remaining = abs(seconds_per_book - (self._monotonic() - observed.job_started))
        return MachineCapacity(
            machine_id, max(remaining, _SHORTEST_REMAINING_SECONDS), seconds_per_book
        )

    def _of(self, machine_id: str) -> _Observations:
        return self._machines.setdefault(machine_id, _Observations())
