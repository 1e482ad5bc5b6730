"""The index takes no more memory than it needs, and keeps nothing of what was removed."""

import mmap
from dataclasses import replace

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.index.embedding_codes import EmbeddingCodes
from matcher.index.finger_segment import FingerSegment
from matcher.index.growable_array import GrowableArray
from matcher.index.index_columns import finger_columns_of
from matcher.index.memory_index import MemoryIndex
from matcher.index.minutiae_columns import MinutiaeColumns
from matcher.ridge_map import MAX_MAP_BYTES, NO_MAP, RidgeMap, packed_map

from .random_fingers import random_finger


def _entry(rng: np.random.Generator, number: int) -> IndexEntry:
    fingers = {2: random_finger(rng)}
    return IndexEntry(f"e{number}", f"p{number}", EncounterStatus.ACTIVE, number, fingers)


def _segment(rng: np.random.Generator, fingers: int) -> FingerSegment:
    segment = FingerSegment()
    some, owners = [random_finger(rng) for _ in range(fingers)], np.arange(fingers)
    segment.extend(finger_columns_of(some, owners), owners)
    return segment


def test_rows_of_those_who_left_are_given_to_those_who_come() -> None:
    rng, index = np.random.default_rng(0), MemoryIndex(ChangeToken("", 0))

    for number in range(200):
        index.update([f"e{number - 3}"], [_entry(rng, number)])

    assert len(index._table.persons) == 3
    assert index._table.row_count <= 4
    assert index._table.persons.ids.row_count <= 4


def test_a_large_array_grows_where_it_is() -> None:
    array = GrowableArray(np.int64, 2)
    array.extend([np.full((10, 2), 7)])
    small = array.rows

    array.extend([np.full((200_000, 2), 8)])
    large = array.rows
    array.lengthen(5_000_000)

    assert not np.shares_memory(small, large)
    assert np.shares_memory(large, array.rows)
    assert array.rows[[0, 9, 10, 200_009]].tolist() == [[7, 7], [7, 7], [8, 8], [8, 8]]
    assert (len(array), int(array.rows[200_010:].sum())) == (5_000_000, 0)


def test_blank_rows_hold_what_was_agreed() -> None:
    array = GrowableArray(np.int32, blank=-1)

    array.lengthen(20)
    array.rows[3] = 5
    array.lengthen(300_000)

    assert array.rows[:5].tolist() == [-1, -1, -1, 5, -1]
    assert set(array.rows[5:].tolist()) == {-1}


def test_where_address_space_is_limited_less_is_reserved(monkeypatch: pytest.MonkeyPatch) -> None:
    reserve, refused = mmap.mmap, list[int]()

    def limited(descriptor: int, size: int, **options: int) -> mmap.mmap:
        if size > 2**24:
            refused.append(size)
            raise OSError
        return reserve(descriptor, size, **options)

    monkeypatch.setattr("mmap.mmap", limited)
    array = GrowableArray(np.int64)
    array.lengthen(10**6)
    array.rows[-1] = 9
    array.lengthen(2 * 10**6)

    assert refused[0] == 2**35
    assert array.rows[[10**6 - 1, -1]].tolist() == [9, 0]
    with pytest.raises(OSError, match=r"^$"):
        array.lengthen(10**8)


@pytest.mark.parametrize(
    ("fingers", "removed", "expected"),
    [(100, 64, False), (100, 65, True), (2000, 100, False), (2000, 101, True)],
)
def test_a_segment_is_compacted_when_more_than_64_and_a_twentieth_are_removed(
    fingers: int, removed: int, expected: bool
) -> None:
    segment = _segment(np.random.default_rng(1), fingers)
    for row in range(removed):
        segment.remove(np.array([row]))

    assert segment.needs_compaction() is expected
    assert len(segment) == fingers - removed


def test_an_overwritten_finger_is_zero_in_every_bit_of_embedding_and_code() -> None:
    rng = np.random.default_rng(2)
    segment, codes = _segment(rng, 3), EmbeddingCodes()
    rows = np.arange(3)
    kept = segment.columns(rows, rows).embedding[[0, 2]].tobytes()
    codes.add(np.stack([random_finger(rng).embedding for _ in range(3)]))
    others = [half[:, :, [0, 2]].copy() for half in codes.halves]

    segment.overwrite(1)
    codes.overwrite(1)

    embeddings = segment.columns(rows, rows).embedding
    assert embeddings[1].tobytes() == bytes(512)
    assert embeddings[[0, 2]].tobytes() == kept
    for half, other in zip(codes.halves, others, strict=True):
        assert not half[:, :, 1].any()
        assert (half[:, :, [0, 2]] == other).all()


def test_no_rows_have_no_similarities() -> None:
    segment = _segment(np.random.default_rng(4), 5)

    assert segment.similarities(np.ones(256, np.float32), np.empty(0, np.int64)).shape == (0,)


def test_maps_count_where_there_are_any() -> None:
    finger = random_finger(np.random.default_rng(6))
    plain = replace(finger, prepared=replace(finger.prepared, ridge_map=NO_MAP))
    codes = np.ones((2, 2), np.uint8)
    mapped = replace(
        finger, prepared=replace(finger.prepared, ridge_map=packed_map(RidgeMap(codes, 0, 0)))
    )
    columns, sizes = MinutiaeColumns(), list[int]()

    for batch in ([plain] * 10, [plain] * 10, [mapped] * 10, [plain] * 10):
        before = columns.size_bytes
        columns.extend(finger_columns_of(batch, np.arange(10)))
        sizes.append(columns.size_bytes - before)

    assert sizes[0] == sizes[1] == sizes[3]
    assert sizes[2] == sizes[0] + 10 * MAX_MAP_BYTES


def test_a_search_keeps_to_the_thread_it_is_in() -> None:
    segment, finger = _segment(rng := np.random.default_rng(5), 5), random_finger(rng)
    faiss.omp_set_num_threads(2)

    segment.votes(finger)

    assert faiss.omp_get_max_threads() == 1
