"""When ill health becomes an outage, and when an outage is over: hysteresis over samples."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Opened:
    """The dependency is away, and has been since `began`."""

    began: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The dependency is back, and has been since `ended`."""

    ended: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """Health of one dependency, from samples in order of time.

    It is away once it was ill without a break for `opens_after`, back once it was well without
    a break for `ends_after`; both are dated from the first such sample.
    """

    opens_after: timedelta = timedelta(seconds=30)
    ends_after: timedelta = timedelta(seconds=30)
    away: bool = False
    turning_since: datetime | None = None
    """First sample of the unbroken run that speaks against `away`; None while nothing does."""

    def observe(self, at: datetime, well: bool) -> tuple["Watch", Opened | Ended | None]:
        """The watch after one more sample, and what it found out."""
        if well is not self.away:
            return replace(self, turning_since=None), None
        since = self.turning_since or at
        if at - since < (self.ends_after if self.away else self.opens_after):
            return replace(self, turning_since=since), None
        turned = replace(self, away=not self.away, turning_since=None)
        return turned, Ended(since) if self.away else Opened(since)
