"""Watches the health of the matcher, and opens and ends its automatic outages."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.outage import OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.store.records import Records, Store
from issuance.use_cases.outage_lifecycle import OutageLifecycle


class MatcherHealthWatcher:
    """Takes one health sample a call. The detector runs in real time; outages are dated in
    business time.

    An automatic outage may have been opened or ended by another replica or an earlier process.
    The watcher then continues from that state: it has to see the matcher healthy, or unhealthy,
    for the whole time before it changes it. Otherwise the slower of two replicas would undo what
    the quicker did.
    """

    def __init__(
        self,
        is_healthy: Callable[[], Awaitable[bool]],
        detector: OutageDetector,
        outages: OutageLifecycle,
        store: Store,
        clock: Clock,
        real_now: Callable[[], datetime],
    ) -> None:
        self._is_healthy = is_healthy
        self._detector = detector
        self._outages = outages
        self._store = store
        self._clock = clock
        self._real_now = real_now
        self._contradicted_at = clock.now()
        self._automatic_outage = False

    async def __call__(self) -> None:
        """Take a sample; open or end the outage if the detector says so."""
        healthy = await self._is_healthy()
        now = self._clock.now()
        async with self._store.read() as records:
            any_outage, automatic_outage = await _ongoing_matcher_outages(records)
        if automatic_outage is not self._automatic_outage:
            self._detector = replace(
                self._detector, unavailable=automatic_outage, contradicted_since=None
            )
            self._automatic_outage = automatic_outage
        if self._detector.contradicted_since is None:
            self._contradicted_at = now
        self._detector, _ = self._detector.observe(self._real_now(), healthy)
        if self._detector.unavailable and not any_outage:
            await self._open()
        elif automatic_outage and not self._detector.unavailable:
            await self._end(now)

    async def _open(self) -> None:
        async with self._store.begin() as records:
            await self._outages.open_for_matcher(records, self._contradicted_at)
            failpoint("outage.before_commit")
        failpoint("outage.after_commit")

    async def _end(self, now: datetime) -> None:
        async with self._store.begin() as records:
            await self._outages.end_for_matcher(records, self._contradicted_at, now)
            failpoint("outage.before_commit")
        failpoint("outage.after_commit")


async def _ongoing_matcher_outages(records: Records) -> tuple[bool, bool]:
    """Return whether any outage of the matcher is ongoing, and whether an automatic one is."""
    ongoing = (await records.outages.ongoing()).values()
    of_matcher = [outage for outage in ongoing if outage.scope is OutageScope.MATCHER]
    return bool(of_matcher), any(outage.automatic for outage in of_matcher)


def health_check(
    channel: grpc.aio.Channel, service: str, timeout: float
) -> Callable[[], Awaitable[bool]]:
    """Return a function that asks the gRPC health protocol whether `service` is healthy.

    No answer within `timeout` seconds counts as unhealthy.
    """
    check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]
    request = health_pb2.HealthCheckRequest(service=service)

    async def is_healthy() -> bool:
        try:
            answer = await check(request, timeout=timeout)
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return is_healthy
