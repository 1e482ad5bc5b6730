"""How often is a job tried that machines do not take, and when is it, or its book, set aside?"""

from dataclasses import dataclass
from datetime import timedelta

_LONGEST_BACKOFF_FACTOR = 64


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """What follows when a machine refuses or aborts a job before it printed anything.

    backoff_seconds: wait after the first failure; doubles with each further one in a row, up to 64
    times as long. attempts: failed ones in a row after which the job is held. attempts_of_book:
    aborted ones after which a book is quarantined.
    """

    backoff_seconds: float
    attempts: int
    attempts_of_book: int = 2

    def backoff(self, failures_in_a_row: int) -> timedelta:
        """Return how long a job waits after so many failures in a row, at least one."""
        factor = min(2 ** (failures_in_a_row - 1), _LONGEST_BACKOFF_FACTOR)
        return timedelta(seconds=factor * self.backoff_seconds)

    @property
    def longest_backoff(self) -> timedelta:
        """How long a job waits at most."""
        return self.backoff(self.attempts)
