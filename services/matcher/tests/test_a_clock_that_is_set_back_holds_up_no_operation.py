"""Operations that were leased or postponed by a clock that ran ahead go on once it is set back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from matcher.domain.operation import LEASE, LONGEST_PAUSE
from matcher.store.store import Store

from .store_and_index import NOW, opened
from .stored_operations import lease, start

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as base:
        yield base.store


@pytest.mark.parametrize(("ahead", "is_over"), [(LEASE, False), (HOUR, True)])
async def test_a_lease_that_would_last_longer_than_any_is_over(
    store: Store, ahead: timedelta, is_over: bool
) -> None:
    await start(store, "one", NOW)
    assert await lease(store, "a", NOW + ahead)

    successor = await lease(store, "b", NOW)

    assert (successor is not None) == is_over


@pytest.mark.parametrize(("pause", "is_over"), [(LONGEST_PAUSE, False), (HOUR, True)])
async def test_an_operation_that_is_postponed_longer_than_any_goes_on(
    store: Store, pause: timedelta, is_over: bool
) -> None:
    await start(store, "one", NOW)
    mine = await lease(store, "a", NOW)
    assert mine
    async with store.write() as records:
        await records.operations.postpone(mine, "the index is behind", NOW + pause, NOW)

    again = await lease(store, "a", NOW)

    assert (again is not None) == is_over
