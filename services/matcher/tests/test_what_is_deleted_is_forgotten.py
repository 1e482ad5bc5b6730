"""Of a deleted encounter nothing stays, neither in memory nor, for long, in the snapshot."""

from pathlib import Path

import numpy as np
import pytest
from matcher.index import snapshot
from matcher.index.finger_segment import FingerSegment
from matcher.index.index_columns import finger_columns_of
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles

from .indexed_entries import entries_in
from .models import models
from .store_and_index import (
    INDEX,
    delete,
    delete_one_of_two_saved,
    enrol,
    features,
    opened,
    shortlisted,
)

DAY = 86_400.0


async def test_a_search_finds_no_trace(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        for person in (1, 2):
            await enrol(base, person)
        assert await shortlisted(base, 1) == (["person-1", "person-2"], 2)

        await delete(base, 1)

        assert await shortlisted(base, 1) == (["person-2"], 1)


def test_memory_holds_nothing_of_it() -> None:
    segment = FingerSegment()
    fingers = [features(person)[INDEX] for person in (1, 2)]
    segment.extend(finger_columns_of(fingers, np.arange(2)), np.arange(2))
    query = fingers[0].embedding.astype(np.float32)

    segment.remove(np.array([0]))
    segment.overwrite(0)

    assert segment.similarities(query, np.array([0, 1])) == pytest.approx(
        [0, fingers[1].embedding @ fingers[0].embedding], abs=1e-3
    )
    for half in segment._codes.halves:
        assert not half[0, :, 0].any()
        assert half[0, :, 1].all()
    for part in ("geometry", "descriptors", "minutia_index"):
        assert not getattr(segment.prepared(0), part).any()
        assert (getattr(segment.prepared(1), part) == getattr(fingers[1].prepared, part)).all()


async def test_a_restored_database_voids_everything(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        await base.index.catch_up()
        async with base.store.write() as records:
            await records.encounter_changes.delete("encounter-1")
            await records.changes.start_new_epoch()
        await enrol(base, 2)

        assert await shortlisted(base, 1) == (["person-2"], 1)


async def test_the_snapshot_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=path) as base:
        await delete_one_of_two_saved(base)
        supervise_files = SuperviseIndexFiles(base.index_parts[0], snapshot_interval_changes=1000)
        await base.index.catch_up()
        await supervise_files.check()
        assert not base.index_parts[0].snapshot_is_due(1000, DAY)
        assert base.index.state().snapshot_change == 2

        monkeypatch.setattr("matcher.use_cases.supervise_index_files._MAX_DELETED_SECONDS", 0.0)
        await supervise_files.check()

        async with base.store.read() as records:
            head = await records.changes.head()
        versions = models().versions
        header = snapshot.SnapshotHeader(
            head.database_epoch,
            head.number,
            head.log_hash,
            versions.embedding,
            versions.comparison,
            versions.quantizer,
        )
        saved = snapshot.read(path, header)
        assert saved.change_token.number == 3
        assert [entry.encounter_id for entry in entries_in(saved)] == ["encounter-2"]
        assert not base.index_parts[0].snapshot_is_due(1000, 0.0)
