"""As many searches wait for threads as are configured, however many shards each of them asks."""

import asyncio
import threading
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex, open_store_and_index
from matcher.domain.shortlist import SearchScope, Shortlist
from servicekit.errors import Overloaded

from .models import models
from .store_and_index import DEPTH, enrol, features, opened, settings_of

SHARDS = 4


async def _search(base: StoreAndIndex) -> Shortlist:
    return await base.index.search(features(1), SearchScope(), DEPTH, seconds_left=60)


async def test_a_search_waits_where_one_place_is_left(tmp_path: Path) -> None:
    async with opened(tmp_path) as one:
        await enrol(one, 1)
    settings = settings_of(tmp_path, index_shards=SHARDS, workers=1, max_queued_work=1)
    release = threading.Event()
    async with open_store_and_index(settings, models()) as base:
        await base.index.catch_up()
        running = asyncio.create_task(base.pool.run(release.wait))
        waiting = asyncio.create_task(_search(base))
        while not waiting.done() and len(base.pool._queue) < SHARDS:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

        with pytest.raises(Overloaded):
            await _search(base)
        release.set()

        assert await running
        assert (await waiting).persons[0].person_id == "person-1"
