"""How often outbox tasks are attempted, and how long one waits after a failed attempt."""

from dataclasses import dataclass
from datetime import timedelta


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
