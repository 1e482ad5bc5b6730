"""While files of the index are written or read, it is followed, and loaded anew if doubted."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.errors import IndexDoubtful
from matcher.index import compaction_plan, segment_file, snapshot
from matcher.index.index_loader import ignore_progress
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.supervise_index import SuperviseIndex
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles

from .store_and_index import enrol, opened, shortlisted

VERY_OFTEN = 0.001


class _StoppedOnce:
    """A place in a thread that the first to come there leaves when it is told to."""

    def __init__(self) -> None:
        self.reached, self._go_on = threading.Event(), threading.Event()

    def __call__(self, *_: object) -> None:
        if not self.reached.is_set():
            self.reached.set()
            assert self._go_on.wait(60)

    @asynccontextmanager
    async def during(self, call: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Do something while a call stands still at this place; then let it end."""
        called = asyncio.ensure_future(call())
        assert await asyncio.to_thread(self.reached.wait, 60)
        try:
            async with asyncio.timeout(30):
                yield
        finally:
            self._go_on.set()
            await called


@pytest.fixture
def snapshot_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The snapshot of a service that seals from three fingers."""
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 3)
    return tmp_path / "index.snapshot"


async def _enrol_and_follow(base: StoreAndIndex, *people: int) -> None:
    for person in people:
        await enrol(base, person)
    await base.index.catch_up()


async def _in_use_again(base: StoreAndIndex, readiness: Readiness) -> None:
    """Wait until there is no doubt in the index, and it is searched."""
    while base.index.doubt or readiness.level is not ServiceLevel.FULL:  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def test_a_doubted_index_is_loaded_anew(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _enrol_and_follow(base, 1, 2)
        readiness, stopped = Readiness(), _StoppedOnce()
        supervise = asyncio.create_task(
            SuperviseIndex(base.store, base.index, readiness).run(VERY_OFTEN)
        )
        await _in_use_again(base, readiness)
        await _enrol_and_follow(base, 3, 4)
        monkeypatch.setattr(segment_file, "failpoint", stopped)

        async with stopped.during(SuperviseIndexFiles(base.index_parts[0], 1000).check):
            with pytest.raises(IndexDoubtful):
                base.index_parts[0]._drop(
                    base.index_parts[0]._index, "the index was damaged in memory"
                )
            await _in_use_again(base, readiness)

            assert (await shortlisted(base, 4))[1] == 4
        supervise.cancel()


async def test_it_is_searched_while_another_is_made_and_sealed(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _enrol_and_follow(base, 1, 2, 3)
        stopped = _StoppedOnce()
        monkeypatch.setattr(segment_file, "failpoint", stopped)

        async with stopped.during(lambda: base.index.rebuild(ignore_progress)):
            await enrol(base, 4)

            assert (await shortlisted(base, 4))[1] == 4
        assert (await shortlisted(base, 4))[1] == 4


async def test_it_is_searched_while_its_snapshot_is_verified(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _enrol_and_follow(base, 1, 2, 3)
        await base.index.save_snapshot()
        stopped = _StoppedOnce()
        monkeypatch.setattr(snapshot, "check_segment", stopped)

        async with stopped.during(base.index.verify_snapshot):
            await enrol(base, 4)

            assert (await shortlisted(base, 4))[1] == 4
