"""What alters index or database behind the back of the changes is noticed, and not searched."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.encounter import EncounterStatus
from matcher.domain.errors import ContradictoryDatabase, IndexDoubtful, SnapshotUnusable
from matcher.domain.searched_content import ContentSums
from matcher.index import index_loader
from matcher.index.index_columns import columns_of
from matcher.index.index_loader import ignore_progress
from matcher.store.encounter_changes import EncounterChanges, EncounterContents
from matcher.use_cases import supervise_index
from matcher.use_cases.maintain_index import MaintainIndex
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.supervise_index import SuperviseIndex
from passport.matcher.v1 import admin_pb2, identification_pb2
from servicekit.errors import ErrorKind
from sqlalchemy import text

from services.databases import execute

from .caller import refusal
from .conftest import Callers, Matchers
from .people import fingers, given
from .store_and_index import INDEX, enrol, finger, opened, shortlisted

PEOPLE = range(1, 4)
FULL, VERIFY_ONLY = ServiceLevel.FULL, ServiceLevel.VERIFY_ONLY
IN_GALLERIES = EncounterContents(galleries=("watched", "asylum"))
OTHER_FINGER = EncounterContents(fingers=(finger(9),))
Flip = Callable[[Any], None]
Change = Callable[[EncounterChanges], Awaitable[object]]


def _segment(table: Any) -> Any:
    (segment,) = table.fingers[INDEX]._segments.values()
    return segment


def _flip_a_descriptor(table: Any) -> None:
    _segment(table)._minutiae._descriptors.rows[5, 0] ^= np.uint64(1)


def _flip_an_embedding(table: Any) -> None:
    _segment(table)._embeddings.rows.view(np.uint8)[1, 7] ^= 1


def _flip_a_map(table: Any) -> None:
    _segment(table)._minutiae._ridge_map.rows[1, 9] ^= 1


def _flip_a_sign(table: Any) -> None:
    _segment(table)._codes._halves[0].rows[0, 3, 1] ^= np.uint64(1 << 40)


def _flip_a_lower_bit(table: Any) -> None:
    _segment(table)._codes._halves[1].rows[0, 3, 1] ^= np.uint64(1 << 40)


def _give_a_finger_to_another(table: Any) -> None:
    _segment(table).owner[0] = 2


def _give_an_encounter_to_another(table: Any) -> None:
    table._person.rows[0] = 1


def _move_an_encounter_in_time(table: Any) -> None:
    table._added.rows[0] = 9


def _forget_an_encounter(table: Any) -> None:
    table._in_use.rows[0] = False


@pytest.mark.parametrize(
    "flip",
    [
        _flip_a_descriptor,
        _flip_an_embedding,
        _flip_a_map,
        _flip_a_sign,
        _flip_a_lower_bit,
        _give_a_finger_to_another,
        _give_an_encounter_to_another,
        _move_an_encounter_in_time,
        _forget_an_encounter,
    ],
)
async def test_an_index_that_memory_has_altered_is_loaded_anew(tmp_path: Path, flip: Flip) -> None:
    async with opened(tmp_path) as base:
        readiness = await _full(base)
        index = base.index_parts[0]._index
        assert index is not None

        flip(index._table)
        await _checked(base, readiness)

        assert readiness.level is VERIFY_ONLY
        assert readiness.reason in (
            "the index was damaged in memory",
            "the database holds other encounters than its changes left",
        )
        with pytest.raises(IndexDoubtful, match="not ready: the "):
            await shortlisted(base, 1)
        await _checked(base, readiness)
        assert readiness.level is FULL
        for person in PEOPLE:
            assert (await shortlisted(base, person))[0][0] == f"person-{person}"


async def test_sums_that_differ_are_noticed_by_the_next_search(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await _full(base)
        index = base.index_parts[0]._index
        assert index is not None

        index._table.update(["encounter-1"], columns_of([]), {})
        index.update((), [])

        with pytest.raises(IndexDoubtful, match="the index holds 2 encounters, 2 fingers, "):
            await shortlisted(base, 1)
        assert base.index.doubted.is_set()


ALTERATIONS = {
    "status": "UPDATE encounters SET status = 3 WHERE encounter_id = 'encounter-2'",
    "person": "UPDATE encounters SET person_id = 'person-1' WHERE encounter_id = 'encounter-2'",
    "hash of a template": "UPDATE fingers SET template_sha256 = :other"
    " WHERE encounter_id = 'encounter-2'",
    "a finger is lost": "DELETE FROM fingers WHERE encounter_id = 'encounter-2'",
    "an encounter is lost": "DELETE FROM encounters WHERE encounter_id = 'encounter-2'",
    "sums": "UPDATE head SET searched_fingers = searched_fingers + 1",
}


@pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=ALTERATIONS.keys())
async def test_a_database_that_contradicts_itself_is_not_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alteration: str
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr(supervise_index, "time", clock)
    async with opened(tmp_path) as base:
        readiness = await _full(base)
        supervise = SuperviseIndex(base.store, base.index, readiness)

        async with base.store.write() as records:
            await records.transaction.execute(text(alteration), {"other": bytes(1)})
        for _ in range(3):
            await supervise.check()
            assert readiness.level is VERIFY_ONLY
        async with base.store.write() as records:
            sums = await records.contents.sums()
            await records.changes.set_sums(sums)
        await supervise.check()
        assert readiness.level is VERIFY_ONLY  # it is tried again each minute
        clock.monotonic = lambda: 160.0
        await supervise.check()

        assert readiness.level is FULL
        index = base.index_parts[0]._index
        assert index is not None
        assert index.contents.sums == sums


async def test_what_an_administrator_asks_for_fails_with_the_reason(tmp_path: Path) -> None:
    async with opened(tmp_path, snapshot_file=tmp_path / "index.snapshot") as base:
        await _full(base)
        await base.index.save_snapshot()
        maintain = MaintainIndex(base.store, base.index)
        async with base.store.write() as records:
            await records.transaction.execute(text(ALTERATIONS["sums"]))

        with pytest.raises(ContradictoryDatabase, match=r"^no index can be made: the index holds "):
            await maintain.rebuild(
                recompute_embeddings=False,
                store_response=_store_nothing,
                report_progress=ignore_progress,
            )
        with pytest.raises(ContradictoryDatabase, match=r"^no index can be made: the index holds "):
            await maintain.create_snapshot(_store_nothing)
        with pytest.raises(
            SnapshotUnusable, match=r"^the snapshot cannot be used: the index holds "
        ):
            await maintain.verify_snapshot(_store_nothing)

    assert ContradictoryDatabase.kind is ErrorKind.PRECONDITION  # an operation fails by it


async def test_a_bad_snapshot_is_no_doubt_about_an_index_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=file) as base:
        await _full(base)
        await base.index.save_snapshot()
        async with base.store.write() as records:
            await records.transaction.execute(text(ALTERATIONS["sums"]))
    async with opened(tmp_path, snapshot_file=file) as base:
        with pytest.raises(SnapshotUnusable):
            await MaintainIndex(base.store, base.index).verify_snapshot(_store_nothing)

        assert (base.index.doubt, base.index.doubted.is_set()) == ("", False)


async def test_a_rebuild_reports_what_share_of_the_changes_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loader, "_ENCOUNTERS_PER_BATCH", 1)
    shares: list[float] = []

    async def report_progress(share: float) -> None:
        shares.append(share)

    async with opened(tmp_path) as base:
        for person in (1, 2, 3, 4):
            await enrol(base, person)
        await MaintainIndex(base.store, base.index).rebuild(
            recompute_embeddings=False,
            store_response=_store_nothing,
            report_progress=report_progress,
        )

    assert shares == [0.225, 0.45, 0.675, 0.9, 1.0]


async def _store_nothing(records: object, response: object) -> None:
    pass


async def test_every_change_keeps_the_sums(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        for person in PEOPLE:
            await enrol(base, person)
        expected = []
        changes: list[Change] = [
            lambda records: records.set_status("encounter-1", EncounterStatus.INACTIVE),
            lambda records: records.set_status("encounter-2", EncounterStatus.FRAUD),
            lambda records: records.set_status("encounter-1", EncounterStatus.PENDING),
            lambda records: records.move("encounter-2", "person-1"),
            lambda records: records.replace("encounter-2", IN_GALLERIES),
            lambda records: records.replace("encounter-1", OTHER_FINGER),
            lambda records: records.delete("encounter-3"),
        ]
        for change in changes:
            async with base.store.write() as records:
                await change(records.encounter_changes)
            async with base.store.read() as records:
                expected.append(await records.contents.sums())
                assert (await records.changes.state()).sums == expected[-1]
            await base.index.catch_up()

        sizes = [(sums.encounters, sums.fingers) for sums in expected]
        assert sizes == [(2, 2), (2, 2), (3, 3), (3, 3), (3, 3), (3, 3), (2, 2)]
        assert len({sums.checksum for sums in expected}) == 7
        async with base.store.write() as records:
            await records.encounter_changes.delete("encounter-1")
            await records.encounter_changes.delete("encounter-2")
            assert (await records.changes.state()).sums == ContentSums()


async def test_a_served_database_that_was_altered_leaves_verification(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    await caller.enrol("one", fingers(someone))
    await caller.enrol("two", fingers(someone + 1))
    probe = given(fingers(someone, impression=1))

    execute(
        matcher.database_url,
        "UPDATE encounters SET person_id = 'somebody' WHERE encounter_id = 'two'",
    )
    matcher.wait_for_level(admin_pb2.SERVICE_LEVEL_VERIFY_ONLY)
    verified = await caller.verify(probe, identification_pb2.FingerSource(encounter_id="one"))
    refused = await refusal(caller.identify(probe))

    assert matcher.status().reason
    assert not matcher.serves("passport.matcher.v1.Identification")
    assert verified.outcome == identification_pb2.OUTCOME_HIT
    assert (refused.code, refused.reason) == ("UNAVAILABLE", "NOT_READY")
    matcher.stop()
    await asyncio.to_thread(matcher.command, "recount")
    matcher.start()
    assert (await callers(matcher).identify(probe)).people_searched == 2


async def _full(base: StoreAndIndex) -> Readiness:
    for person in PEOPLE:
        await enrol(base, person)
    readiness = Readiness()
    await _checked(base, readiness)
    assert readiness.level is FULL
    return readiness


async def _checked(base: StoreAndIndex, readiness: Readiness) -> None:
    await SuperviseIndex(base.store, base.index, readiness).check()
