"""Watches the health of the matcher, and opens and ends its outages."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.outage import Scope
from issuance.domain.watch import Watch
from issuance.use_cases.outages import Outages
from issuance.use_cases.records import Records, Transactions


class MatcherWatcher:
    """One sample a call. Hysteresis goes by real time, outages are dated in business time.

    An automatic outage may be another's, of an earlier life or another replica: whoever opened or
    ended it, this watcher goes on from there, and must see it well, or ill, for as long as ever
    before it says otherwise. Else the quicker of two replicas would be contradicted by the slower.
    """

    def __init__(
        self,
        well: Callable[[], Awaitable[bool]],
        watch: Watch,
        outages: Outages,
        transactions: Transactions,
        clock: Clock,
        real_now: Callable[[], datetime],
    ) -> None:
        self._well = well
        self._watch = watch
        self._outages = outages
        self._transactions = transactions
        self._clock = clock
        self._real_now = real_now
        self._turned_at = clock.now()
        self._open_by_watcher = False

    async def __call__(self) -> None:
        """Take a sample, and act once it is sure."""
        well = await self._well()
        now = self._clock.now()
        async with self._transactions.read() as records:
            known, ours = await _known(records)
        if ours is not self._open_by_watcher:
            self._watch = replace(self._watch, away=ours, turning_since=None)
            self._open_by_watcher = ours
        if self._watch.turning_since is None:
            self._turned_at = now
        self._watch, _ = self._watch.observe(self._real_now(), well)
        if self._watch.away and not known:
            await self._open()
        elif ours and not self._watch.away:
            await self._end(now)

    async def _open(self) -> None:
        async with self._transactions.begin() as records:
            await self._outages.matcher_away(records, self._turned_at)
            failpoint("outage.before_commit")
        failpoint("outage.after_commit")

    async def _end(self, now: datetime) -> None:
        async with self._transactions.begin() as records:
            await self._outages.matcher_back(records, self._turned_at, now)
            failpoint("outage.before_commit")
        failpoint("outage.after_commit")


async def _known(records: Records) -> tuple[bool, bool]:
    """Whether a matcher outage lasts, and whether it is one of the watcher's."""
    lasting = await records.outages.lasting()
    of_matcher = [outage for outage in lasting.values() if outage.scope is Scope.MATCHER]
    return bool(of_matcher), any(outage.automatic for outage in of_matcher)


def health_of(
    channel: grpc.aio.Channel, service: str, timeout: float
) -> Callable[[], Awaitable[bool]]:
    """A probe by the health protocol; silence is ill health. timeout: seconds."""
    check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]
    request = health_pb2.HealthCheckRequest(service=service)

    async def well() -> bool:
        try:
            answer = await check(request, timeout=timeout)
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return well
