"""The index is read from the database some encounters at a time, while others are prepared."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.index import index_loader
from matcher.index.index_loader import IndexLoader

from .models import models
from .store_and_index import enrol, opened


def a_loader(base: StoreAndIndex) -> IndexLoader:
    return IndexLoader(base.store, base.pool, models(), None)


async def test_all_are_read_and_progress_rises_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loader, "_ENCOUNTERS_PER_BATCH", 2)
    shares = list[float]()

    async def report(share: float) -> None:
        shares.append(share)

    async with opened(tmp_path) as base:
        for person in range(7):
            await enrol(base, person)
        loaded = await a_loader(base).load_database(report)
        persons, fingers, _ = loaded.index.size
        async with base.store.read() as records:
            state = await records.changes.state()

    assert (persons, fingers) == (7, 7)
    assert loaded.index.contents.sums == state.sums
    assert shares == [2 / 7, 4 / 7, 6 / 7, 1.0]


async def test_a_failure_is_raised_and_nothing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loader, "_ENCOUNTERS_PER_BATCH", 1)
    prepare, calls = index_loader._entries, 0

    def fail_at_the_second(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise MemoryError
        return prepare(*arguments)

    monkeypatch.setattr(index_loader, "_entries", fail_at_the_second)
    async with opened(tmp_path) as base:
        for person in range(6):
            await enrol(base, person)
        before = asyncio.all_tasks()
        with pytest.raises(MemoryError):
            await a_loader(base).load_database()
        left = asyncio.all_tasks() - before

    assert left == set()
    assert calls <= 4
