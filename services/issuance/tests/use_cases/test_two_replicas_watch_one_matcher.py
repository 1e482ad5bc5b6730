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
    """Well or ill, as told."""

    def __init__(self) -> None:
        self.well = True

    async def __call__(self) -> bool:
        return self.well


class Watchers:
    """Two of them over one database; the clock goes a second at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._now = datetime(2018, 10, 26, 2, tzinfo=UTC)
        self.matcher = Matcher()
        self.first, self.second = self.started(), self.started()

    def now(self) -> datetime:
        return self._now

    def started(self) -> MatcherHealthWatcher:
        outages = OutageLifecycle({"BJM": an_office("BJM")}, new_id)
        return MatcherHealthWatcher(
            self.matcher, THREE_SECONDS, outages, self._store, self, self.now
        )

    async def see(self, seconds: int, *watchers: MatcherHealthWatcher) -> None:
        for _ in range(seconds):
            self._now += timedelta(seconds=1)
            for watcher in watchers:
                await watcher()

    async def outages(self) -> list[Outage]:
        """Oldest first."""
        async with self._store.read() as records:
            return list(await records.outages.of_scope(OutageScope.MATCHER, ""))


@pytest.fixture
def watchers(database: Database) -> Watchers:
    """Two watchers over an empty database."""
    return Watchers(Store(database, "one"))


async def test_the_slower_one_does_not_contradict_the_quicker(watchers: Watchers) -> None:
    first, second = watchers.first, watchers.second
    await watchers.see(2, first, second)
    watchers.matcher.well = False
    await watchers.see(2, first)  # the second one looks only later
    await watchers.see(4, first, second)
    watchers.matcher.well = True
    await watchers.see(2, first)
    await watchers.see(8, first, second)

    (outage,) = await watchers.outages()
    assert outage.began == datetime(2018, 10, 26, 2, 0, 3, tzinfo=UTC)
    assert outage.ended == datetime(2018, 10, 26, 2, 0, 9, tzinfo=UTC)


async def test_whoever_starts_meanwhile_ends_it_only_when_sure(watchers: Watchers) -> None:
    watchers.matcher.well = False
    await watchers.see(5, watchers.first)
    watchers.matcher.well = True
    newcomer = watchers.started()

    await watchers.see(3, newcomer)
    (outage,) = await watchers.outages()
    assert outage.is_ongoing

    await watchers.see(1, newcomer)
    (outage,) = await watchers.outages()
    assert not outage.is_ongoing
