"""Room of removed fingers is given back, while searches find the same and changes go on."""

import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index import compact, compaction_plan, finger_segment
from matcher.index.finger_segment import FingerSegment, Rows
from matcher.index.index_columns import FingerColumns
from matcher.index.memory_checksum import memory_checksum
from matcher.index.memory_index import MemoryIndex
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles

from .indexed_entries import entries_in, entries_when_frozen, index_of
from .plain_search import Found, found_by
from .random_fingers import random_finger
from .store_and_index import delete, enrol, opened, shortlisted

BOTH_CHANNELS = SearchDepth(10, 8, 6, 6, by_codes=True, signs_only=True)
EVERYBODY = SearchScope()
Segments = list[tuple[int, int]]


def _people(count: int, seed: int = 1, first: int = 0) -> list[IndexEntry]:
    rng = np.random.default_rng(seed)
    return [
        IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n + 1, {2: random_finger(rng)})
        for n in range(first, first + count)
    ]


def _segments(index: MemoryIndex) -> Segments:
    """How many fingers each segment has, and how many rows they take, smallest first."""
    segments = index._table.fingers[2]._segments.values()
    return sorted((len(segment), segment.row_count) for segment in segments)


def _shortlisted(index: MemoryIndex, probe: FingerFeatures) -> Found:
    return found_by(index.search({2: probe}, EVERYBODY, BOTH_CHANNELS))


def _checksums(entries: list[IndexEntry]) -> dict[str, int]:
    return {entry.encounter_id: memory_checksum(entry) for entry in entries}


def test_only_rows_that_are_left_take_room_then() -> None:
    index = index_of(people := _people(200))
    index.update([f"e{n}" for n in range(100)], ())
    size = index.size

    assert index.compact()

    assert _segments(index) == [(0, 0), (100, 100)]
    assert index.size[:2] == size[:2] == (100, 100)
    assert index.size[2] < size[2] * 0.6
    assert _checksums(entries_in(index)) == _checksums(people[100:])
    assert not index.compact()


def test_what_few_have_left_is_not_copied() -> None:
    index = index_of(_people(200))
    index.update([f"e{n}" for n in range(64)], ())

    assert not index.compact()

    assert _segments(index) == [(136, 200)]


def test_small_segments_become_one() -> None:
    index = index_of(_people(200))
    index.update([f"e{n}" for n in range(100)], ())
    index.compact()
    index.update((), more := _people(200, 2, first=200))
    index.update([entry.encounter_id for entry in more[:100]], ())

    assert index.compact()

    assert _segments(index) == [(0, 0), (200, 200)]


@pytest.mark.parametrize("probe", range(100, 110))
def test_one_segment_several_and_the_growing_one_alone_give_the_same_shortlist(
    probe: int,
) -> None:
    people = _people(200)
    alone = index_of(people[80:])
    several = index_of(people[:120])
    several.update([f"e{n}" for n in range(80)], ())
    assert several.compact()
    several.update((), people[120:])
    one = index_of(people)
    one.update([f"e{n}" for n in range(80)], ())
    assert one.compact()

    shortlists = [_shortlisted(index, people[probe].fingers[2]) for index in (alone, several, one)]

    assert [len(_segments(index)) for index in (alone, several, one)] == [1, 2, 2]
    assert shortlists[0] == shortlists[1] == shortlists[2]
    assert shortlists[0][0][0] == f"p{probe}"


def test_at_each_step_the_same_are_found_and_changes_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compaction_plan, "_COPIED_AT_ONCE", 7)
    monkeypatch.setattr(compact, "_MOVED_AT_ONCE", 7)
    people = _people(200)
    index, plain = index_of(people), index_of(people[100:])
    index.update([f"e{n}" for n in range(100)], ())
    writing, columns = index._lock.writing, FingerSegment.columns
    steps, is_copying, is_stepping = 0, False, False

    def change_and_search() -> None:
        nonlocal steps, is_stepping
        if is_stepping:
            return
        is_stepping, steps = True, steps + 1
        leaves, comes = people[100 + steps], _people(1, 50 + steps, first=500 + steps)
        for each in (index, plain):
            each.update([leaves.encounter_id], comes)
        for probe in (leaves, people[199], comes[0]):
            finger = probe.fingers[2]
            assert _shortlisted(index, finger) == _shortlisted(plain, finger)
        assert index.size[:2] == plain.size[:2]
        is_stepping = False

    def before_a_copy(segment: FingerSegment, rows: Rows, owner: Rows) -> FingerColumns:
        nonlocal is_copying
        is_copying = True
        change_and_search()
        return columns(segment, rows, owner)

    def before_a_move() -> AbstractContextManager[None]:
        if is_copying:
            change_and_search()
        return writing()

    monkeypatch.setattr(FingerSegment, "columns", before_a_copy)
    monkeypatch.setattr(index._lock, "writing", before_a_move)
    assert index.compact()
    monkeypatch.undo()

    assert steps > 20
    assert _checksums(entries_in(index)) == _checksums(entries_in(plain))
    assert index.examine(0, 10**6)[1] == []


async def _of_two_people_the_first_is_deleted(base: StoreAndIndex) -> None:
    """Enrol two people, and delete one of them, which the index has not followed yet."""
    for person in (1, 2):
        await enrol(base, person)
    await base.index.catch_up()
    await delete(base, 1)


async def test_the_service_compacts_its_index_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finger_segment, "_COMPACTION_MINIMUM", 0)
    async with opened(tmp_path) as base:
        await _of_two_people_the_first_is_deleted(base)
        await base.index.catch_up()

        await SuperviseIndexFiles(base.index_parts[0], snapshot_interval_changes=1000).check()

        assert base.index_parts[0]._index is not None
        assert _segments(base.index_parts[0]._index) == [(0, 0), (1, 1)]
        assert await shortlisted(base, 2) == (["person-2"], 1)


async def test_an_index_that_cannot_be_compacted_is_searched_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finger_segment, "_COMPACTION_MINIMUM", 0)
    attempts = 0

    def no_memory(*_: object) -> bool:
        nonlocal attempts
        attempts += 1
        raise MemoryError

    async with opened(tmp_path) as base:
        await _of_two_people_the_first_is_deleted(base)
        await base.index.catch_up()
        supervise_files = SuperviseIndexFiles(base.index_parts[0], snapshot_interval_changes=1000)
        monkeypatch.setattr(FingerSegment, "columns", no_memory)

        await supervise_files.check()
        await supervise_files.check()

        assert attempts == 1, "it is tried again some minutes later"
        assert await shortlisted(base, 2) == (["person-2"], 1)


def test_who_saves_the_index_meanwhile_gets_what_it_held_when_that_began() -> None:
    index = index_of(people := _people(200))
    index.update([f"e{n}" for n in range(100)], ())

    with index.frozen() as frozen:
        index.update(["e150"], ())
        assert not index.compact()
        saved = entries_when_frozen(frozen)

    assert _checksums(saved) == _checksums(people[100:])
    assert index.compact()
    assert _segments(index) == [(0, 0), (99, 99)]


def test_who_saves_the_index_waits_for_a_compaction_that_has_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = index_of(people := _people(200))
    index.update([f"e{n}" for n in range(100)], ())
    begun, is_frozen = threading.Event(), threading.Event()
    replace = compact._replace

    def slowly(*replaced: Any) -> None:
        begun.set()
        is_frozen.wait(0.2)
        replace(*replaced)

    monkeypatch.setattr(compact, "_replace", slowly)
    compacting = threading.Thread(target=index.compact)
    compacting.start()
    assert begun.wait(30)
    with index.frozen() as frozen:
        index.update(["e150"], ())
        is_frozen.set()
        compacting.join()
        saved = entries_when_frozen(frozen)

    assert _checksums(saved) == _checksums(people[100:])
    assert _segments(index) == [(0, 0), (99, 100)]
