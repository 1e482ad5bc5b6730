"""Last known status of each machine.

The dispatcher keeps it in memory and stores it; other replicas, and the next dispatcher, read what
it stored. Never the basis of a decision to print a page again.
"""

from collections.abc import Callable, Iterable
from statistics import fmean

from printer.domain.machine import Machine
from printer.domain.machine_observations import MachineObservations
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


class MachineMonitor:
    """Remembers what the machines reported and how fast they are.

    now: real time, seconds since 1970. backoff_seconds: how long a machine is left alone after a
    failure; doubles with each further failure in a row, up to sixteen times as long.
    """

    def __init__(self, now: Callable[[], float], backoff_seconds: float) -> None:
        self._now = now
        self._backoff_seconds = backoff_seconds
        self._machines: dict[str, MachineObservations] = {}
        self._compared: set[str] = set()
        self.is_dispatcher = False
        """Whether this process drives the machines, so that it knows more than is stored."""

    def load(self, stored: dict[str, MachineObservations]) -> None:
        """Replace everything by what was stored, by machine id; nothing in the dispatcher.

        How long a machine has been silent is counted anew: nobody asked it meanwhile.
        """
        if self.is_dispatcher:
            return
        self._machines = stored
        for observed in stored.values():
            if observed.unreachable_since is not None:
                observed.unreachable_since = self._now()

    def observations(self, machine_id: str) -> MachineObservations:
        """Return what was seen of a machine, to be stored."""
        return self._of(machine_id)

    def record_compared(self, machine_id: str) -> None:
        """Record that the machine was asked for its jobs since the start, or failed to answer."""
        self._compared.add(machine_id)

    def is_compared(self, machine_id: str) -> bool:
        """Return whether the machine was asked for its jobs since the start of this process."""
        return machine_id in self._compared

    def record_status(self, machine_id: str, status: PrinterStatus) -> None:
        """Record that the machine answered."""
        observed = self._of(machine_id)
        observed.status, observed.unreachable_since = status, None
        observed.certificate_changed = False

    def record_unreachable(self, machine_id: str, certificate_changed: bool = False) -> float:
        """Record that the machine did not answer, and back off.

        certificate_changed: whether something with another certificate did. Returns for how many
        seconds the machine has not answered.
        """
        observed = self._of(machine_id)
        observed.certificate_changed = certificate_changed
        if observed.unreachable_since is None:
            observed.unreachable_since = self._now()
        self.back_off(machine_id)
        return self._now() - observed.unreachable_since

    def back_off(self, machine_id: str) -> None:
        """Leave the machine alone for a while after a failure."""
        observed = self._of(machine_id)
        factor = min(2**observed.failures_in_a_row, _LONGEST_BACKOFF_FACTOR)
        observed.backoff_until = self._now() + factor * self._backoff_seconds
        observed.failures_in_a_row += 1

    def is_backing_off(self, machine_id: str) -> bool:
        """Return whether the machine is to be left alone now."""
        now, observed = self._now(), self._of(machine_id)
        # A clock that was set back must not make the pause longer.
        longest = now + _LONGEST_BACKOFF_FACTOR * self._backoff_seconds
        observed.backoff_until = min(observed.backoff_until, longest)
        return now < observed.backoff_until

    def record_job_started(self, machine_id: str) -> None:
        """Record that the machine is given a job."""
        self._of(machine_id).job_started = self._now()

    def record_job_printed(self, machine_id: str) -> None:
        """Record that the machine has printed its job: measures its speed, ends its failures."""
        observed = self._of(machine_id)
        if observed.job_started is not None:
            seconds = self._now() - observed.job_started
            mean = observed.seconds_per_book or seconds
            observed.seconds_per_book = mean + _SMOOTHING * (seconds - mean)
        observed.failures_in_a_row = 0
        observed.job_started = None

    def record_no_job(self, machine_id: str) -> None:
        """Record that the machine has no job any more, for whatever reason."""
        self._of(machine_id).job_started = None

    def seconds_per_book(self, machine_id: str) -> float | None:
        """Return how long the machine took for a book lately; None if it was never measured."""
        return self._of(machine_id).seconds_per_book or None

    def last_status(self, machine_id: str) -> PrinterStatus | None:
        """Return the status that the machine reported last; None if it never did."""
        return self._of(machine_id).status

    def is_reachable(self, machine_id: str) -> bool:
        """Return whether the machine answered when it was last asked."""
        observed = self._of(machine_id)
        return observed.status is not None and observed.unreachable_since is None

    def is_certificate_changed(self, machine_id: str) -> bool:
        """Return whether another certificate was shown when the machine was last asked."""
        return self._of(machine_id).certificate_changed

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
            and status.takes_jobs
            and status.up_time >= MINIMUM_UP_TIME_SECONDS
        )

    def can_take_job(self, machine: Machine) -> bool:
        """Return whether the machine has a job of ours or none, and is the registered one.

        One that is replaced, or busy with a job that nobody here knows, would keep the queue
        waiting for it.
        """
        observed = self._of(machine.machine_id)
        status = observed.status
        return (
            status is not None
            and status.printer_uuid == machine.printer_uuid
            and (status.idle or observed.job_started is not None)
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
        remaining = abs(seconds_per_book - (self._now() - observed.job_started))
        return MachineCapacity(
            machine_id, max(remaining, _SHORTEST_REMAINING_SECONDS), seconds_per_book
        )

    def _of(self, machine_id: str) -> MachineObservations:
        return self._machines.setdefault(machine_id, MachineObservations())
