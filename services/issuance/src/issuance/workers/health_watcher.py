"""Watches the health of the matcher and of the printers; opens and ends their automatic outages."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.store.records import Store
from issuance.use_cases.outage_lifecycle import OutageLifecycle

HealthCheck = Callable[[], Awaitable[bool]]
HealthSample = Callable[[], Awaitable[Mapping[str, bool]]]
"""Returns whether each dependency is healthy now, by its office; the matcher's office is ""."""


@dataclass(slots=True)
class _Watched:
    """What was seen of one dependency.

    since: of the samples that contradict the detector. failure_known: whether an automatic outage
    lasts, or one that a person ended before the failure was over.
    """

    detector: OutageDetector
    since: datetime
    failure_known: bool = False


class HealthWatcher:
    """Takes one health sample a call. Detectors run in real time; outages are dated in business
    time.

    An automatic outage may have been opened or ended by another replica or an earlier process.
    The watcher then continues from that state: it has to see the dependency healthy, or unhealthy,
    for the whole time before it changes it. Otherwise the slower of two replicas would undo what
    the quicker did.

    When an administrator ends an automatic outage by override, no other is opened for the same
    failure: only after a recovery, seen for the whole time, is the next failure a new outage.
    """

    def __init__(
        self,
        scope: OutageScope,
        sample: HealthSample,
        detector: OutageDetector,
        outages: OutageLifecycle,
        store: Store,
        clock: Clock,
        real_now: Callable[[], datetime],
    ) -> None:
        self._scope = scope
        self._sample = sample
        self._detector = detector
        self._outages = outages
        self._store = store
        self._clock = clock
        self._real_now = real_now
        self._watched: dict[str, _Watched] = {}

    async def __call__(self) -> None:
        """Take a sample; open or end the outages for which the detectors say so."""
        sample = await self._sample()
        now = self._clock.now()
        async with self._store.read() as records:
            ongoing = (await records.outages.ongoing()).values()
            overridden = await records.outages.overridden()
        for office, healthy in sample.items():
            await self._observe(office, healthy, ongoing, overridden, now)

    async def _observe(
        self,
        office: str,
        healthy: bool,
        ongoing: Collection[Outage],
        overridden: Collection[Outage],
        now: datetime,
    ) -> None:
        watched = self._watched.setdefault(office, _Watched(self._detector, now))
        own = [outage for outage in ongoing if self._is_own(outage, office)]
        automatic = any(outage.automatic for outage in own)
        ignored = any(self._is_own(outage, office) for outage in overridden)
        failure_known = automatic or ignored
        if failure_known is not watched.failure_known:
            watched.detector = replace(
                watched.detector, unavailable=failure_known, contradicted_since=None
            )
            watched.failure_known = failure_known
        if watched.detector.contradicted_since is None:
            watched.since = now
        watched.detector, _ = watched.detector.observe(self._real_now(), healthy)
        if watched.detector.unavailable:
            if not (own or ignored or _is_closed(office, ongoing)):
                await self._open(office, watched.since, now)
        elif automatic:
            await self._end(office, watched.since, now)
        elif ignored:
            await self._recover(office)

    def _is_own(self, outage: Outage, office: str) -> bool:
        return outage.scope is self._scope and outage.office == office

    async def _open(self, office: str, since: datetime, now: datetime) -> None:
        async with self._store.begin() as records:
            await self._outages.open_automatic(records, self._scope, office, since, now)
            failpoint("outage.before_commit")
        failpoint("outage.after_commit")

    async def _end(self, office: str, since: datetime, now: datetime) -> None:
        async with self._store.begin() as records:
            await self._outages.end_automatic(records, self._scope, office, since, now)
            failpoint("outage.before_commit")
        failpoint("outage.after_commit")

    async def _recover(self, office: str) -> None:
        async with self._store.begin() as records:
            await self._outages.recover(records, self._scope, office)


def _is_closed(office: str, ongoing: Collection[Outage]) -> bool:
    """Return whether the whole office is out, which says all about its printer."""
    return any(outage.scope is OutageScope.OFFICE and outage.office == office for outage in ongoing)


def matcher_health(check: HealthCheck) -> HealthSample:
    """Return a function that samples the health of the matcher."""

    async def sample() -> Mapping[str, bool]:
        return {"": await check()}

    return sample


def printer_health(printers: Callable[[], Mapping[str, HealthCheck]], store: Store) -> HealthSample:
    """Return a function that samples the printers, all at a time.

    printers: returns the check of each office's printer, of those that there are now.

    A printer that says that it is healthy, but does not answer calls, is not: its circuit is open.
    """

    async def sample() -> Mapping[str, bool]:
        checks = printers()
        answers = await asyncio.gather(*(check() for check in checks.values()))
        async with store.read() as records:
            circuits = await records.printer_circuits.all()
        open_circuits = {office for office, circuit in circuits.items() if circuit.probe_at}
        return {
            office: healthy and office not in open_circuits
            for office, healthy in zip(checks, answers, strict=True)
        }

    return sample


def health_check(channel: grpc.aio.Channel, service: str, timeout: float) -> HealthCheck:
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
