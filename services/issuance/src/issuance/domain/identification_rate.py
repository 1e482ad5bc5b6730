"""How fast identifications are sent to the matcher: one after an absence, then ever more a second.

Pure: all times are real time and passed in. The state is shared by all replicas.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from servicekit.process.waits import latest_end

from issuance.domain.retry_policy import LONGEST_DELAY

CANARY_PAUSE = timedelta(seconds=2)
"""Shortest time between a failed canary and the next one."""
_FAILURES_IN_A_ROW = 3
_SECOND = timedelta(seconds=1)
_LONGEST_GROWTH = 2 * _SECOND
_BETWEEN_CUTS = 2 * _SECOND
_START = 0.05  # of the full rate
_MOST_BAD = 0.1  # of the answers
_WEIGHT = 0.05  # of the latest answer: the share is that of some twenty answers
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class RatePhase(StrEnum):
    """CANARY: one identification at a time shows whether the matcher is back. RAMPING: the rate
    grows. FULL: it is as high as was granted."""

    CANARY = "canary"
    RAMPING = "ramping"
    FULL = "full"


def _burst(granted: float) -> float:
    return max(1.0, granted / 10)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What bounds the rate.

    granted: identifications that the matcher is good for, most in any second; at least 2. ramp:
    time in which the rate grows from nothing to all of it. slow: an answer that takes longer
    counts like a failed one. canary: how long to wait for the answer about a canary.
    """

    granted: float
    ramp: timedelta
    slow: timedelta
    canary: timedelta

    @property
    def burst(self) -> float:
        """Identifications that may begin at once."""
        return _burst(self.granted)

    @property
    def full(self) -> float:
        """Highest rate; with the burst no more begin in any second than are granted."""
        return self.granted - self.burst


@dataclass(frozen=True, slots=True)
class CallOutcomes:
    """How attempts ended since the last time.

    answered: by the matcher, `slow` of them late. failed: without an answer. retry_after: the
    longest delay that the matcher asked for instead of an answer, if any. inconclusive: failed by
    other causes.
    """

    answered: int = 0
    slow: int = 0
    failed: int = 0
    retry_after: timedelta | None = None
    inconclusive: int = 0

    def __add__(self, other: "CallOutcomes") -> "CallOutcomes":
        delays = [each for each in (self.retry_after, other.retry_after) if each is not None]
        return CallOutcomes(
            self.answered + other.answered,
            self.slow + other.slow,
            self.failed + other.failed,
            max(delays, default=None),
            self.inconclusive + other.inconclusive,
        )


@dataclass(frozen=True, slots=True)
class IdentificationRate:
    """State of the rate. The first is that of a matcher of which nothing is known: CANARY.

    per_second: rate of now; 0 in phase CANARY. granted: most in any second, as last configured.
    allowance: identifications that might begin at `counted_at`. grown_at, cut_at: of the last
    growth and cut. canary_until: a canary is under way, until then at the latest. paused_until:
    nothing begins before. failures: in a row. bad_share: of late answers and failures, about the
    last twenty.
    """

    per_second: float = 0.0
    granted: float = 0.0
    allowance: float = 0.0
    counted_at: datetime = _BEGINNING
    grown_at: datetime = _BEGINNING
    cut_at: datetime = _BEGINNING
    canary_until: datetime = _BEGINNING
    paused_until: datetime = _BEGINNING
    failures: int = 0
    bad_share: float = 0.0

    @property
    def phase(self) -> RatePhase:
        """How far the rate has come back after an outage of the matcher."""
        if not self.per_second:
            return RatePhase.CANARY
        full = self.granted - _burst(self.granted)
        return RatePhase.FULL if self.per_second >= full else RatePhase.RAMPING

    def available(self, limits: RateLimits, now: datetime) -> int:
        """Return how many identifications may begin at `now`."""
        if now < self.paused_until:
            return 0
        if not self.per_second:
            return int(now >= self.canary_until)
        return int(self._allowance_at(limits, now) + 1e-9)

    def available_at(self, limits: RateLimits, now: datetime) -> datetime:
        """Return when the next may begin, if nothing is heard from the matcher before."""
        if not self.per_second:
            return max(now, self.paused_until, self.canary_until)
        missing = max(0.0, 1 - self._allowance_at(limits, now))
        return max(self.paused_until, now + missing / self.per_second * _SECOND)

    def begun(self, count: int, limits: RateLimits, now: datetime) -> "IdentificationRate":
        """Return the rate after so many of those available have begun."""
        if not count:
            return self
        if not self.per_second:
            return replace(self, canary_until=now + limits.canary)
        left = self._allowance_at(limits, now) - count
        return replace(self, allowance=left, counted_at=max(now, self.counted_at))

    def unless_ahead(self, limits: RateLimits, now: datetime) -> "IdentificationRate":
        """Return the rate, suspended if a clock recorded it that was set back since."""
        recorded = (self.counted_at, self.grown_at, self.cut_at)
        latest = max(*recorded, self.canary_until, self.paused_until)
        longest = max(limits.canary, LONGEST_DELAY)
        return self.suspended() if latest > latest_end(now, longest) else self

    def suspended(self) -> "IdentificationRate":
        """Return the rate once the matcher is known to be away: it comes back with a canary."""
        return IdentificationRate(granted=self.granted)

    def after(
        self, outcomes: CallOutcomes, limits: RateLimits, now: datetime
    ) -> "IdentificationRate":
        """Return the rate after what was heard from the matcher, or not heard, since the last time.

        A canary's answer opens the way. While answers come, and at most a tenth of them are late
        or missing, the rate grows, by the whole in `ramp`; otherwise it is halved. A delay that
        the matcher asks for is kept, and halves it too. After three failures in a row: CANARY.
        """
        rate = replace(self, granted=limits.granted)
        if outcomes == CallOutcomes():
            return rate._bounded(limits)
        rate = rate._counting(outcomes)
        if outcomes.retry_after is not None:
            pause = now + outcomes.retry_after
            rate = replace(rate, paused_until=max(rate.paused_until, pause))
        if not rate.per_second:
            return rate._after_canary(outcomes, limits, now)
        if rate.failures >= _FAILURES_IN_A_ROW:
            paused = max(rate.paused_until, now + CANARY_PAUSE)
            return replace(rate.suspended(), paused_until=paused)
        if outcomes.retry_after is not None or rate.bad_share > _MOST_BAD:
            return rate._cut(limits, now)
        return rate._grown(limits, now)._bounded(limits) if outcomes.answered else rate

    def _allowance_at(self, limits: RateLimits, now: datetime) -> float:
        seconds = max(0.0, (now - self.counted_at) / _SECOND)
        return min(limits.burst, self.allowance + seconds * self.per_second)

    def _counting(self, outcomes: CallOutcomes) -> "IdentificationRate":
        bad = outcomes.failed + outcomes.slow
        good = outcomes.answered - outcomes.slow
        share = 1 - (1 - self.bad_share * (1 - _WEIGHT) ** good) * (1 - _WEIGHT) ** bad
        failures = 0 if outcomes.answered else self.failures + outcomes.failed
        return replace(self, failures=failures, bad_share=share)

    def _after_canary(
        self, outcomes: CallOutcomes, limits: RateLimits, now: datetime
    ) -> "IdentificationRate":
        if outcomes.answered and outcomes.retry_after is None:
            return IdentificationRate(
                per_second=_START * limits.full,
                granted=limits.granted,
                counted_at=now,
                grown_at=now,
                cut_at=now,
            )
        paused = (
            max(self.paused_until, now + CANARY_PAUSE) if outcomes.failed else self.paused_until
        )
        return replace(self.suspended(), paused_until=paused)

    def _cut(self, limits: RateLimits, now: datetime) -> "IdentificationRate":
        if now < self.cut_at + _BETWEEN_CUTS:
            return self
        half = max(_START * limits.full, self.per_second / 2)
        return replace(
            self,
            per_second=half,
            allowance=0.0,
            counted_at=now,
            grown_at=now,
            cut_at=now,
            bad_share=0.0,
        )

    def _grown(self, limits: RateLimits, now: datetime) -> "IdentificationRate":
        elapsed = min(now - self.grown_at, _LONGEST_GROWTH)
        more = max(0.0, limits.full * (elapsed / limits.ramp))
        counted = replace(self, allowance=self._allowance_at(limits, now), counted_at=now)
        return replace(counted, per_second=self.per_second + more, grown_at=now)

    def _bounded(self, limits: RateLimits) -> "IdentificationRate":
        return replace(
            self,
            per_second=min(self.per_second, limits.full),
            allowance=min(self.allowance, limits.burst),
        )
