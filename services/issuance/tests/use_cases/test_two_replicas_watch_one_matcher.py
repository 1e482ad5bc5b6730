"""Two replicas watch the same matcher: one outage, whoever notices first."""

from datetime import UTC, datetime

import pytest
from issuance.domain.outage import OutageScope
from issuance.store.records import Store
from servicekit.storage.database import Database

from .patient import PATIENT
from .watchers import Watchers


@pytest.fixture
def watchers(database: Database) -> Watchers:
    """Two watchers over an empty database."""
    return Watchers(Store(database, "one", PATIENT))


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
