"""Two replicas watch the same matcher: one outage, whoever notices first."""

from datetime import UTC, datetime, timedelta

import pytest
from issuance.bootstrap import new_id
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.store.records import Store
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.workers.matcher_health_watcher import MatcherHealthWatcher
from servicekit.storage.database import Database

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

    def started(self) -> MatcherHealthWatcher:
        """Start another watcher."""
        return MatcherHealthWatcher(
            self.matcher, THREE_SECONDS, self._lifecycle, self._store, self, self.now
        )

    async def sample(self, seconds: int, *watchers: MatcherHealthWatcher) -> None:
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


@pytest.fixture
def watchers(database: Database) -> Watchers:
    """Two watchers over an empty database."""
    return Watchers(Store(database, "one"))


async def test_the_slower_one_does_not_contradict_the_quicker(watchers: Watchers) -> None:
    first, second = watchers.first, watchers.second
    await watchers.sample(2, first, second)
    watchers.matcher.healthy = False
    await watchers.sample(2, first)  # the second one begins only later
    await watchers.sample(4, first, second)
    watchers.matcher.healthy = True
    await watchers.sample(2, first)
    await watchers.sample(8, first, second)

    (outage,) = await watchers.outages()
    assert outage.began == datetime(2018, 10, 26, 2, 0, 3, tzinfo=UTC)
    assert outage.ended == datetime(2018, 10, 26, 2, 0, 9, tzinfo=UTC)


async def test_whoever_starts_meanwhile_ends_it_only_when_sure(watchers: Watchers) -> None:
    watchers.matcher.healthy = False
    await watchers.sample(5, watchers.first)
    watchers.matcher.healthy = True
    newcomer = watchers.started()

    await watchers.sample(3, newcomer)
    (outage,) = await watchers.outages()
    assert outage.is_ongoing

    await watchers.sample(1, newcomer)
    (outage,) = await watchers.outages()
    assert not outage.is_ongoing


async def test_an_outage_of_printing_does_not_hide_one_of_the_matcher(watchers: Watchers) -> None:
    await watchers.declare(OutageScope.PRINTING, "BJM")
    watchers.matcher.healthy = False

    await watchers.sample(4, watchers.first)

    (outage,) = await watchers.outages()
    assert outage.automatic


async def test_a_declared_outage_is_neither_doubled_nor_ended(watchers: Watchers) -> None:
    await watchers.declare(OutageScope.MATCHER)

    watchers.matcher.healthy = False
    await watchers.sample(5, watchers.first)
    watchers.matcher.healthy = True
    await watchers.sample(5, watchers.first)

    (outage,) = await watchers.outages()
    assert outage.is_ongoing
    assert not outage.automatic
