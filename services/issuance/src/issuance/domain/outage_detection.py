"""When failing health checks become an outage, and when it is over: hysteresis over samples."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class OutageDetected:
    """The dependency has been unavailable since `began`."""

    began: datetime


@dataclass(frozen=True, slots=True)
class RecoveryDetected:
    """The dependency has been available again since `ended`."""

    ended: datetime


@dataclass(frozen=True, slots=True)
class OutageDetector:
    """State of one dependency, from health samples in order of time.

    It becomes unavailable after unhealthy samples only for `opens_after`, and available after
    healthy samples only for `ends_after`. Both changes are dated from the first such sample.
    """

    opens_after: timedelta = timedelta(seconds=30)
    ends_after: timedelta = timedelta(seconds=30)
    unavailable: bool = False
    contradicted_since: datetime | None = None
    """First of the latest samples that all contradict `unavailable`; None if the last agreed."""

    def observe(
        self, at: datetime, healthy: bool
    ) -> tuple["OutageDetector", OutageDetected | RecoveryDetected | None]:
        """Return the detector after one more sample, and the change that it detected, if any."""
        if healthy is not self.unavailable:
            return replace(self, contradicted_since=None), None
        since = self.contradicted_since or at
        if at - since < (self.ends_after if self.unavailable else self.opens_after):
            return replace(self, contradicted_since=since), None
        changed = replace(self, unavailable=not self.unavailable, contradicted_since=None)
        return changed, RecoveryDetected(since) if self.unavailable else OutageDetected(since)
