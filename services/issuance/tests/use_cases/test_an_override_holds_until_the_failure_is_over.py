"""Who ends an automatic outage by override is not contradicted by the same unbroken failure."""

import pytest
from issuance.store.records import Store
from servicekit.storage.database import Database

from .patient import PATIENT
from .watchers import Watchers


@pytest.fixture
async def watchers(database: Database) -> Watchers:
    """Watchers of a matcher that has failed, whose outage an administrator has ended."""
    watchers = Watchers(Store(database, "one", PATIENT))
    watchers.matcher.healthy = False
    await watchers.sample(4, watchers.first, watchers.second)
    await watchers.override()
    return watchers


async def _lasting(watchers: Watchers) -> list[bool]:
    return [outage.is_ongoing for outage in await watchers.outages()]


async def test_neither_replica_opens_another_for_the_same_failure(watchers: Watchers) -> None:
    await watchers.sample(10, watchers.first, watchers.second)
    await watchers.sample(10, watchers.started())

    assert await _lasting(watchers) == [False]


async def test_nor_after_a_moment_of_health(watchers: Watchers) -> None:
    watchers.matcher.healthy = True
    await watchers.sample(2, watchers.first)
    watchers.matcher.healthy = False

    await watchers.sample(10, watchers.first)

    assert await _lasting(watchers) == [False]


async def test_the_next_failure_after_a_recovery_is_an_outage(watchers: Watchers) -> None:
    watchers.matcher.healthy = True
    await watchers.sample(5, watchers.first, watchers.second)
    watchers.matcher.healthy = False

    await watchers.sample(5, watchers.first, watchers.second)

    assert await _lasting(watchers) == [False, True]
