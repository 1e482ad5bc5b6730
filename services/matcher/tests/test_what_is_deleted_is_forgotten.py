"""Of a deleted encounter nothing stays, neither in memory nor, for long, in the snapshot."""

from pathlib import Path

import numpy as np
import pytest
from matcher.bootstrap import Truth
from matcher.index import snapshot
from matcher.index.segment import Segment
from matcher.supervision import Supervision
from matcher.use_cases.readiness import Readiness

from .truth import COMPARISON, INDEX, VERSION, enrol, features, nearest, opened

DAY = 86_400.0


async def _delete(truth: Truth, person: int) -> None:
    async with truth.store.write() as records:
        await records.encounters.delete(f"encounter-{person}")


async def test_a_search_finds_no_trace(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        for person in (1, 2):
            await enrol(truth, person)
        assert await nearest(truth, 1) == (["person-1", "person-2"], 2)

        await _delete(truth, 1)

        assert await nearest(truth, 1) == (["person-2"], 1)


def test_memory_holds_nothing_of_it() -> None:
    segment = Segment()
    fingers = [features(person)[INDEX] for person in (1, 2)]
    segment.add(fingers, np.arange(2))
    query = fingers[0].embedding.astype(np.float32)

    segment.drop(0)

    assert segment.similarities(query, np.array([0, 1])) == pytest.approx(
        [0, fingers[1].embedding @ fingers[0].embedding], abs=1e-3
    )
    for part in ("place", "bits", "index"):
        assert not getattr(segment.prepared(0), part).any()
        assert (getattr(segment.prepared(1), part) == getattr(fingers[1].prepared, part)).all()


async def test_a_restored_database_voids_everything(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        await enrol(truth, 1)
        await truth.follower.catch_up()
        async with truth.store.write() as records:
            await records.encounters.delete("encounter-1")
            await records.changes.reincarnate()
        await enrol(truth, 2)

        assert await nearest(truth, 1) == (["person-2"], 1)


async def test_the_snapshot_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=path) as truth:
        for person in (1, 2):
            await enrol(truth, person)
        await truth.follower.catch_up()
        await truth.follower.save()
        await _delete(truth, 1)
        supervision = Supervision(truth.store, truth.follower, Readiness(), snapshot_every=1000)
        await supervision.look()
        assert not truth.follower.snapshot_is_due(1000, DAY)
        assert truth.follower.state().snapshot_change == 2

        monkeypatch.setattr("matcher.supervision._DELETED_KEPT_SECONDS", 0.0)
        await supervision.look()

        async with truth.store.read() as records:
            head = await records.changes.head()
        label = snapshot.Label(head.database_epoch, head.number, VERSION, COMPARISON)
        change, entries = snapshot.read(path, label)
        assert change == 3
        assert [entry.encounter_id for entry in entries] == ["encounter-2"]
        assert not truth.follower.snapshot_is_due(1000, 0.0)
