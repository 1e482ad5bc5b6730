"""A service holds most of its index in files, starts from them, and forgets who is deleted."""

import os
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.index import compaction_plan
from matcher.use_cases import supervise_index_files
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles

from services.captured_logs import captured_logs

from .store_and_index import INDEX, delete, enrol, features, opened, shortlisted

PEOPLE = range(1, 6)


@pytest.fixture
def snapshot_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The snapshot of a service that seals from three fingers."""
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 3)
    return tmp_path / "index.snapshot"


def _segments(snapshot_file: Path) -> list[Path]:
    return [*snapshot_file.with_name("index.snapshot.segments").iterdir()]


async def _enrol_all(base: StoreAndIndex) -> None:
    for person in PEOPLE:
        await enrol(base, person)


async def _saved(snapshot_file: Path) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _enrol_all(base)
        await base.index.catch_up()
        await base.index.save_snapshot()


async def _require_all(base: StoreAndIndex) -> None:
    for person in PEOPLE:
        found, people = await shortlisted(base, person)
        assert (found[0], people) == (f"person-{person}", len(PEOPLE))


async def test_what_is_read_from_the_database_is_sealed(snapshot_file: Path) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _enrol_all(base)
        await base.index.catch_up()

        assert len(_segments(snapshot_file)) == 1
        await _require_all(base)


@pytest.mark.parametrize("is_saved", [False, True])
async def test_files_that_became_one_are_removed_but_those_of_the_snapshot(
    snapshot_file: Path, is_saved: bool
) -> None:
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _enrol_all(base)
        await base.index.catch_up()
        if is_saved:
            await base.index.save_snapshot()
        before = _segments(snapshot_file)
        for person in (6, 7, 8):
            await enrol(base, person)
        await base.index.catch_up()

        await base.index_parts[0].compact()

        assert [file.exists() for file in before] == [is_saved]
        assert len(_segments(snapshot_file)) == 1 + is_saved
        assert (await shortlisted(base, 8))[1] == 8


async def test_a_start_reads_the_files_and_what_came_since(snapshot_file: Path) -> None:
    await _saved(snapshot_file)

    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _require_all(base)
        assert base.index.state().snapshot_change == len(PEOPLE)
        await enrol(base, 6)
        assert (await shortlisted(base, 6))[0][0] == "person-6"


async def test_a_damaged_file_is_not_searched_but_made_again(snapshot_file: Path) -> None:
    await _saved(snapshot_file)
    [file] = _segments(snapshot_file)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        with captured_logs() as logs:
            await _require_all(base)
        assert base.index.state().snapshot_change is None
        await base.index.save_snapshot()

    assert [log["reason"] for log in logs if log["event"] == "index_read_from_database"] == [
        "no snapshot is used: it is damaged: the checksum of a segment does not fit"
    ]
    assert not file.exists()
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _require_all(base)
        assert base.index.state().snapshot_change == len(PEOPLE)


async def test_a_deleted_person_leaves_the_disk_within_a_minute(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _saved(snapshot_file)
    embedding = features(2)[INDEX].embedding.tobytes()
    assert supervise_index_files._MAX_DELETED_SECONDS == 60.0
    monkeypatch.setattr(supervise_index_files, "_MAX_DELETED_SECONDS", 0.0)
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await base.index.catch_up()
        assert any(embedding in file.read_bytes() for file in _segments(snapshot_file))
        await delete(base, 2)

        await base.index.catch_up()
        await SuperviseIndexFiles(base.index_parts[0], snapshot_interval_changes=1000).check()

        left = [snapshot_file, *_segments(snapshot_file)]
        assert not any(embedding in file.read_bytes() for file in left)
        assert await shortlisted(base, 2) == ((await shortlisted(base, 2))[0], len(PEOPLE) - 1)


async def test_where_nothing_can_be_sealed_it_serves_from_memory(
    snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    async with opened(snapshot_file.parent, snapshot_file=snapshot_file) as base:
        await _enrol_all(base)

        with captured_logs() as logs:
            await base.index.catch_up()
            await SuperviseIndexFiles(base.index_parts[0], snapshot_interval_changes=1000).check()

        assert {log["event"] for log in logs} >= {"compaction_failed"}
        await _require_all(base)
