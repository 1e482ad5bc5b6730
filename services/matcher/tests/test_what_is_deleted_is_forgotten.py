"""Of a deleted encounter nothing stays, neither in memory nor, for long, in the snapshot."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import pytest
from matcher.bootstrap import Truth
from matcher.index import snapshot
from matcher.supervision import Supervision
from matcher.use_cases.prepared import PreparedFingers
from matcher.use_cases.readiness import Readiness

from .truth import VERSION, enrol, opened

DAY = 86_400.0


async def _delete(truth: Truth, person: int) -> None:
    async with truth.store.write() as records:
        await records.encounters.delete(f"encounter-{person}")


def _prepared(truth: Truth) -> PreparedFingers:
    prepared = PreparedFingers(truth.store, truth.pool, 1 << 20)
    truth.follower.tell_of_deleted(prepared.forget)
    return prepared


async def test_prepared_fingers_are_dropped(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        prepared = _prepared(truth)
        keys = [(await enrol(truth, person)).encounter_id for person in (1, 2)]
        await truth.follower.catch_up()
        assert (await prepared.get(keys)).keys() == set(keys)

        await _delete(truth, 1)
        await truth.follower.catch_up()

        assert list(await prepared.get(keys)) == ["encounter-2"]


async def test_what_was_read_before_is_not_kept_after(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        prepared = _prepared(truth)
        key = (await enrol(truth, 1)).encounter_id
        await truth.follower.catch_up()

        getting = asyncio.create_task(prepared.get([key]))
        await asyncio.sleep(0)
        prepared.forget([key])
        await getting
        await _delete(truth, 1)

        assert await prepared.get([key]) == {}


async def test_a_restored_database_voids_everything(tmp_path: Path) -> None:
    told: list[Collection[str] | None] = []
    async with opened(tmp_path) as truth:
        await enrol(truth, 1)
        await truth.follower.catch_up()
        truth.follower.tell_of_deleted(told.append)

        async with truth.store.write() as records:
            await records.changes.reincarnate()
        await truth.follower.catch_up()

        assert told == [None]


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
        change, entries = snapshot.read(path, head.incarnation, VERSION)
        assert change == 3
        assert [entry.encounter_id for entry in entries] == ["encounter-2"]
        assert not truth.follower.snapshot_is_due(1000, 0.0)
