"""How often outbox tasks are attempted, and how long one waits for an attempt."""

from dataclasses import dataclass
from datetime import timedelta

from issuance.domain.outbox_task_kind import OutboxTaskKind

LONGEST_DELAY = timedelta(minutes=1)
"""Longest pause after a failed attempt that another service may ask for."""
NEXT_OUTAGE = timedelta(minutes=10)
"""Pause of a verification that no outage asks for now."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How tasks are attempted, in real time.

    concurrency: attempts at a time. lease: after it another replica may take a task over. poll:
    seconds between queries for due tasks. first_pause, longest_pause: pauses after failed
    attempts, doubling from one to the other.
    """

    concurrency: int
    lease: timedelta
    poll: float
    first_pause: timedelta
    longest_pause: timedelta

    def pause_after(self, attempts: int) -> timedelta:
        """Return the pause after so many failed attempts."""
        return min(self.longest_pause, self.first_pause * float(2 ** min(attempts, 16)))


@dataclass(frozen=True, slots=True)
class LongestWaits:
    """How long outbox tasks wait at most, in real time.

    lease: of an attempt. pause: after a failed attempt, unless more is asked for.
    """

    lease: timedelta
    pause: timedelta

    def postponement(self, kind: OutboxTaskKind) -> timedelta:
        """Return how long a task is postponed at most; also until an earlier lease ends."""
        asked = NEXT_OUTAGE if kind is OutboxTaskKind.VERIFY else LONGEST_DELAY
        return max(self.lease, self.pause, asked)


USUAL_WAITS = LongestWaits(lease=timedelta(seconds=60), pause=timedelta(seconds=30))
"""Those of the default settings."""
