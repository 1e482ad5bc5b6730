"""A search that learns too late what was committed before it is refused, and may be repeated."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.errors import IndexBehind
from matcher.domain.shortlist import SearchScope
from matcher.index.following_index import FollowingIndex
from matcher.index.served_index import SearchedIndex
from matcher.index.sharded_index import ShardedIndex
from matcher.store.change_log import DatabaseState
from matcher.store.store import Records, Store

from .store_and_index import DEPTH, enrol, features, opened

SHARDS = 2


class SlowStore(Store):
    """A database that answers some reads, and then none any more."""

    def __init__(self, store: Store, answers: int) -> None:
        super().__init__(store._database, store._embedding_version, store._master_key)
        self._answers = answers

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        await self._wait()
        async with super().read() as records:
            yield records

    @asynccontextmanager
    async def read_once(self) -> AsyncIterator[Records]:
        await self._wait()
        async with super().read_once() as records:
            yield records

    async def _wait(self) -> None:
        if not self._answers:
            await asyncio.Event().wait()
        self._answers -= 1


def _slow(base: StoreAndIndex, answers: int) -> SearchedIndex:
    """The index of a database whose head is read from one that becomes slow."""
    store = SlowStore(base.store, answers)
    if len(base.index_parts) > 1:
        return ShardedIndex(store, base.index_parts)
    part = base.index_parts[0]
    return FollowingIndex(replace(part._loader, store=store), part._search_pool)


async def _search(index: SearchedIndex, seconds_left: float) -> None:
    async with asyncio.timeout(60):
        await index.search(features(1), SearchScope(), DEPTH, seconds_left=seconds_left)


@pytest.mark.parametrize("seconds_left", [0.01, 0, -1])
@pytest.mark.parametrize("shards", [1, SHARDS])
async def test_the_latest_change_is_not_waited_for_longer(
    tmp_path: Path, shards: int, seconds_left: float
) -> None:
    async with opened(tmp_path, index_shards=shards) as base:
        await enrol(base, 1)
        await base.index.catch_up()

        with pytest.raises(IndexBehind) as behind:
            await _search(_slow(base, answers=0), seconds_left)

        assert behind.value.retry_after is not None
        assert base.index.doubt == ""


async def test_the_past_of_shards_is_not_waited_for_longer(tmp_path: Path) -> None:
    async with opened(tmp_path, index_shards=SHARDS) as base:
        await enrol(base, 1)
        await base.index.catch_up()

        class Behind(ShardedIndex):
            """Shards that are asked for a state before the one that they hold."""

            async def _latest(self) -> DatabaseState:
                state = await super()._latest()
                await enrol(base, 2)
                await base.index.catch_up()
                return state

        index = Behind(SlowStore(base.store, answers=1), base.index_parts)

        with pytest.raises(IndexBehind):
            await _search(index, 2)

        assert base.index.doubt == ""
