"""Encounters are compared one by one on a matcher that is never quiet, too."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.person_part import EVERYBODY
from matcher.index import content_check
from matcher.index.content_check import ContentCheck
from matcher.index.memory_index import MemoryIndex

from .store_and_index import INDEX, enrol, opened

PEOPLE = range(1, 6)


class PoolWhileOthersAreEnrolled:
    """Enrols somebody before an index is examined. examined: after which changes that was."""

    def __init__(self, base: StoreAndIndex) -> None:
        self._base = base
        self._next = PEOPLE.stop
        self.examined: list[int] = []

    async def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        if work.__name__ == MemoryIndex.examine.__name__:
            self.examined.append(arguments[0])
            await enrol(self._base, self._next)
            await self._base.index.catch_up()
            self._next += 1
        return await self._base.index_pools[0].run(work, *arguments)


@pytest.fixture
async def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StoreAndIndex]:
    """Five people, of whom two are compared at a time."""
    monkeypatch.setattr(content_check, "_ENCOUNTERS_PER_PORTION", 2)
    async with opened(tmp_path) as opened_base:
        for person in PEOPLE:
            await enrol(opened_base, person)
        await opened_base.index.catch_up()
        yield opened_base


async def test_what_memory_has_altered_is_found(base: StoreAndIndex) -> None:
    index = _index(base)
    check = ContentCheck(base.store, cast(Any, PoolWhileOthersAreEnrolled(base)), EVERYBODY)
    (segment,) = cast(Any, index)._table.fingers[INDEX]._segments.values()
    segment._embeddings.rows.view(np.uint8)[3, 7] ^= 1

    found = [await check.check_portion(index) for _ in range(2)]

    assert found == ["", "the index was damaged in memory"]


async def test_all_are_compared_again_and_again(base: StoreAndIndex) -> None:
    pool = PoolWhileOthersAreEnrolled(base)
    check = ContentCheck(base.store, cast(Any, pool), EVERYBODY)

    found = [await check.check_portion(_index(base)) for _ in range(6)]

    assert found == [""] * 6
    assert pool.examined == [0, 2, 4, 6, 8, 0]


def _index(base: StoreAndIndex) -> MemoryIndex:
    index = base.index_parts[0]._index
    assert index is not None
    return index
