"""A process of a shard that did not answer for a while goes on loading; it does not load twice.

Two loads at once would take twice the memory that there was room for.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from matcher.domain.errors import NotReady
from matcher.domain.index_entry import NOT_LOADED
from matcher.index.index_loader import IndexLoader, LoadedIndex, ignore_progress

from .shard_processes import replicated
from .store_and_index import enrol, opened

SECONDS = 60


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("method", ["load", "rebuild"])
async def test_it_is_waited_for_when_it_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    began, goes_on, loads = asyncio.Event(), asyncio.Event(), list[int]()
    load_database = IndexLoader.load_database

    async def load_slowly(self: IndexLoader, *arguments: Any) -> LoadedIndex:
        loads.append(1)
        began.set()
        await goes_on.wait()
        return await load_database(self, *arguments)

    monkeypatch.setattr(IndexLoader, "load_database", load_slowly)
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        async with replicated(base, tmp_path, replicas=1) as (index, (process,)):

            async def ask() -> None:
                if method == "load":
                    await index.load(ignore_progress, NOT_LOADED)
                else:
                    await index.rebuild(ignore_progress)

            first = asyncio.create_task(ask())
            await began.wait()
            while "ping" not in process.asked:  # noqa: ASYNC110  one never heard may be starting
                await asyncio.sleep(0.01)
            process.stand_still()
            with pytest.raises(NotReady):
                await first
            process.go_on()
            again = asyncio.create_task(ask())
            while process.asked.count(method) < 2:  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.01)
            goes_on.set()
            await again
            await index.catch_up()

            assert len(loads) == 1
            assert index.state().people == 1
