"""What a replica may send to the matcher of the rate that all replicas share, and what it tells."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter

from issuance.domain.identification_rate import CallOutcomes, IdentificationRate, RateLimits
from issuance.store.identification_rate_records import IdentificationRateRecords
from issuance.store.records import Records
from issuance.use_cases.ports import NotYet, Unavailable

# Seconds; in it half of the largest burst becomes available, which one transaction leases.
_SHORTEST_PAUSE = 0.05


RateOf = Callable[[Records], IdentificationRateRecords]
IDENTIFICATIONS: RateOf = attrgetter("identification_rate")
VERIFICATIONS: RateOf = attrgetter("verification_rate")


class IdentificationLimit:
    """Bounds the identifications that this process begins. real_now: real time.

    rate_of: the records of the rate: that of identifications, or of verifications.

    The rate is in the database and is changed in the transactions that lease outbox tasks. What
    attempts tell of the matcher is collected until the next such transaction.
    """

    def __init__(
        self,
        limits: RateLimits,
        real_now: Callable[[], datetime],
        rate_of: RateOf = IDENTIFICATIONS,
    ) -> None:
        self._limits = limits
        self._rate_of = rate_of
        self._real_now = real_now
        self._outcomes = CallOutcomes()
        self._rate = IdentificationRate()

    async def available(self, records: Records) -> int:
        """Return how many identifications may begin now, after all that was heard."""
        now = self._real_now()
        stored = await self._rate_of(records).get()
        rate = stored.unless_ahead(self._limits, now)
        self._rate = rate.after(self._outcomes, self._limits, now)
        self._outcomes = CallOutcomes()
        await self._save(records, stored)
        return self._rate.available(self._limits, now)

    async def begun(self, records: Records, count: int) -> None:
        """Record that so many of the available ones begin now."""
        before = self._rate
        self._rate = before.begun(count, self._limits, self._real_now())
        await self._save(records, before)

    async def suspend(self, records: Records) -> None:
        """Record that an outage keeps everybody from the matcher."""
        stored = await self._rate_of(records).get()
        self._rate, self._outcomes = stored.suspended(), CallOutcomes()
        await self._save(records, stored)

    def pause(self, longest: float) -> float:
        """Return in how many seconds the next identification may begin, `longest` at most."""
        now = self._real_now()
        seconds = (self._rate.available_at(self._limits, now) - now).total_seconds()
        return min(longest, max(_SHORTEST_PAUSE, seconds)) if seconds else longest

    @contextmanager
    def observing(self) -> Iterator[None]:
        """Observe how an attempt ends, and after how long."""
        began = self._real_now()
        try:
            yield
        except Unavailable as error:
            self._outcomes += (
                CallOutcomes(failed=1)
                if error.retry_after is None
                else CallOutcomes(retry_after=error.retry_after)
            )
            raise
        except NotYet:
            self._heard_since(began)
            raise
        except Exception:
            self._outcomes += CallOutcomes(inconclusive=1)
            raise
        self._heard_since(began)

    def _heard_since(self, began: datetime) -> None:
        slow = self._real_now() - began > self._limits.slow
        self._outcomes += CallOutcomes(answered=1, slow=int(slow))

    async def _save(self, records: Records, before: IdentificationRate) -> None:
        if self._rate != before:
            await self._rate_of(records).save(self._rate)
