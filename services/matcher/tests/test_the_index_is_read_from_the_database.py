"""The index is read from the database some encounters at a time, while others are prepared."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.index import compact, compaction_plan, index_loader
from matcher.index.index_loader import IndexLoader
from matcher.index.segment_file import SegmentFacts, SegmentFile, write_segment

from services.captured_logs import captured_logs

from .models import models
from .store_and_index import INDEX, enrol, opened, shortlisted


def a_loader(base: StoreAndIndex, snapshot_file: Path | None = None) -> IndexLoader:
    return IndexLoader(base.store, base.pool, models(), snapshot_file)


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
    assert shares == pytest.approx([0.9 * 2 / 7, 0.9 * 4 / 7, 0.9 * 6 / 7, 0.9, 1.0])


async def test_a_failure_is_raised_and_nothing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loader, "_ENCOUNTERS_PER_BATCH", 1)
    prepare, calls = index_loader._prepared, 0

    def fail_at_the_second(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise MemoryError
        return prepare(*arguments)

    monkeypatch.setattr(index_loader, "_prepared", fail_at_the_second)
    async with opened(tmp_path) as base:
        for person in range(6):
            await enrol(base, person)
        before = asyncio.all_tasks()
        with pytest.raises(MemoryError):
            await a_loader(base).load_database()
        left = asyncio.all_tasks() - before

    assert left == set()
    assert calls <= 4


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Fingers of each segment written, where 2 are sealed and 8 are not joined to more."""
    sizes = list[int]()

    def note(path: Path, facts: SegmentFacts, *others: Any) -> SegmentFile:
        sizes.append(facts.fingers)
        return write_segment(path, facts, *others)

    monkeypatch.setattr(compact, "write_segment", note)
    monkeypatch.setattr(index_loader, "_ENCOUNTERS_PER_BATCH", 2)
    monkeypatch.setattr(index_loader, "_BATCHES_BESIDE", 1)
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 2)
    monkeypatch.setattr(compaction_plan, "_MOST_FINGERS", 8)
    return sizes


async def test_each_finger_is_written_twice_at_most(tmp_path: Path, written: list[int]) -> None:
    snapshot_file = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=snapshot_file) as base:
        for person in range(22):
            await enrol(base, person)

        await base.index.catch_up()

        assert sum(written) <= 2 * 22
        assert max(written) <= 8
        index = base.index_parts[0]._index
        assert index is not None
        assert len(index._table.fingers[INDEX].files()) <= 4
        for person in (0, 7, 15, 21):
            found, people = await shortlisted(base, person)
            assert (found[0], people) == (f"person-{person}", 22)


async def test_it_is_not_said_to_be_done_before_the_last_files_are_joined(
    tmp_path: Path, written: list[int]
) -> None:
    written_at_shares = list[tuple[float, int]]()

    async def report(share: float) -> None:
        written_at_shares.append((share, sum(written)))

    async with opened(tmp_path) as base:
        for person in range(7):
            await enrol(base, person)
        loader = a_loader(base, tmp_path / "index.snapshot")
        await loader.load_database(report)

    done = [sum_written for share, sum_written in written_at_shares if share == 1.0]
    assert done == [sum(written)]


async def test_segments_that_cannot_be_sealed_stay_in_memory(
    tmp_path: Path, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> SegmentFile:
        raise OSError("no space left on device")

    monkeypatch.setattr(compact, "write_segment", fail)
    async with opened(tmp_path) as base:
        for person in range(7):
            await enrol(base, person)
        with captured_logs() as logs:
            loaded = await a_loader(base, tmp_path / "index.snapshot").load_database()

    assert loaded.index.size[:2] == (7, 7)
    assert [log["event"] for log in logs].count("compaction_failed") == 1
