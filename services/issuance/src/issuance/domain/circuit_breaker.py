"""When calls to a printer that does not answer are withheld: a circuit breaker.

After Nygard, Release It!, 2nd ed., 2018, chapter 5. Times are real time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from servicekit.process.waits import latest_end

LONGEST_PROBE_PAUSE = timedelta(minutes=10)


class CircuitState(StrEnum):
    """Whether calls are made."""

    CLOSED = "closed"
    """Every call is made: the printer answers."""
    OPEN = "open"
    """No call is made."""
    HALF_OPEN = "half_open"
    """One call at a time is made, to find out whether the printer answers again."""


@dataclass(frozen=True, slots=True)
class CircuitPolicy:
    """When the circuit of a printer opens, and when it is tried again.

    opens_after: consecutive calls without an answer. probe_pause: from the last of them to the
    next call, LONGEST_PROBE_PAUSE at most.
    """

    opens_after: int
    probe_pause: timedelta


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """What the latest calls to one printer have shown.

    failures: consecutive calls without an answer, up to now. probe_at: from when on the next call
    may be made; None while the circuit is closed.
    """

    failures: int = 0
    probe_at: datetime | None = None

    def state(self, now: datetime) -> CircuitState:
        """Return whether calls are made at `now`."""
        if self.probe_at is None:
            return CircuitState.CLOSED
        is_open = now < self.probe_at <= latest_end(now, LONGEST_PROBE_PAUSE)
        return CircuitState.OPEN if is_open else CircuitState.HALF_OPEN

    def calls_at_a_time(self, most: int, now: datetime) -> int:
        """Return how many calls may be in progress; `most` while the circuit is closed."""
        slots = {CircuitState.CLOSED: most, CircuitState.HALF_OPEN: 1, CircuitState.OPEN: 0}
        return slots[self.state(now)]

    def answered(self) -> "CircuitBreaker":
        """Return the circuit after a call that the printer answered."""
        return CircuitBreaker()

    def unanswered(self, policy: CircuitPolicy, now: datetime) -> "CircuitBreaker":
        """Return the circuit after a call without an answer that ended at `now`."""
        failures = self.failures + 1
        opens = self.probe_at is not None or failures >= policy.opens_after
        return replace(
            self, failures=failures, probe_at=now + policy.probe_pause if opens else None
        )
