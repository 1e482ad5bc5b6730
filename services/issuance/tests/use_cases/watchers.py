"""Watchers of one matcher over one database, and the matcher that they watch."""

from datetime import UTC, datetime, timedelta

from issuance.bootstrap.shared_parts import new_id
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.store.records import Store
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.workers.health_watcher import HealthWatcher, matcher_health

from .offices import an_office

THREE_SECONDS = OutageDetector(timedelta(seconds=3), timedelta(seconds=3))


class Matcher:
    """A matcher that is healthy or not, as the test sets it."""

    def __init__(self) -> None:
        self.healthy = True

    async def __call__(self) -> bool:
        return self.healthy


class Watchers:
    """Two watchers over one database; real and business time advance a second with each sample."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lifecycle = OutageLifecycle({"BJM": an_office("BJM")}, new_id)
        self._now = datetime(2018, 10, 26, 2, tzinfo=UTC)
        self.matcher = Matcher()
        self.first, self.second = self.started(), self.started()

    def now(self) -> datetime:
        return self._now

    def started(self) -> HealthWatcher:
        """Start another watcher."""
        return HealthWatcher(
            OutageScope.MATCHER,
            matcher_health(self.matcher),
            THREE_SECONDS,
            self._lifecycle,
            self._store,
            self,
            self.now,
        )

    async def sample(self, seconds: int, *watchers: HealthWatcher) -> None:
        """Let the watchers take a sample each second."""
        for _ in range(seconds):
            self._now += timedelta(seconds=1)
            for watcher in watchers:
                await watcher()

    async def outages(self) -> list[Outage]:
        """Return the outages of the matcher, oldest first."""
        async with self._store.read() as records:
            return list(await records.outages.of_scope(OutageScope.MATCHER, ""))

    async def declare(self, scope: OutageScope, office: str = "") -> None:
        """An administrator declares an outage."""
        outage = Outage(scope, office, "test", self._now, declared_by="ani")
        async with self._store.begin() as records:
            await self._lifecycle.declare(records, outage, self._now)

    async def override(self) -> None:
        """An administrator ends the automatic outage that lasts."""
        async with self._store.begin() as records:
            (outage,) = await records.outages.ongoing()
            await self._lifecycle.end(records, outage, self._now, "ani", self._now, override=True)
