"""The index takes no more memory than it needs, and keeps nothing of what was removed."""

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import pytest
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.index.encounters_table import EncountersTable
from matcher.index.faiss_embeddings import FaissEmbeddings
from matcher.index.finger_segment import FingerSegment
from matcher.index.growable_array import GrowableArray

from .random_fingers import random_finger


def _entry(rng: np.random.Generator, number: int) -> IndexEntry:
    fingers = {2: random_finger(rng)}
    return IndexEntry(f"e{number}", f"p{number}", EncounterStatus.ACTIVE, number, fingers)


def _segment(rng: np.random.Generator, fingers: int) -> FingerSegment:
    segment = FingerSegment()
    segment.add([random_finger(rng) for _ in range(fingers)], np.arange(fingers))
    return segment


def test_rows_of_those_who_left_are_given_to_those_who_come() -> None:
    rng, table = np.random.default_rng(0), EncountersTable()

    for number in range(200):
        table.update([f"e{number - 3}"], [_entry(rng, number)])

    assert table.persons.count() == 3
    assert table.row_count <= 4
    assert table.persons.row_count <= 4


def test_an_array_is_copied_only_when_it_is_full() -> None:
    array = GrowableArray(np.int64)
    array.extend([np.arange(10)])
    first = array.rows

    array.extend([np.arange(10, 16)])
    full = array.rows
    array.extend([np.arange(16, 17)])

    assert np.shares_memory(first, full)
    assert not np.shares_memory(full, array.rows)
    assert array.rows.tolist() == list(range(17))


@pytest.mark.parametrize(
    ("fingers", "removed", "expected"),
    [(100, 64, False), (100, 65, True), (2000, 100, False), (2000, 101, True)],
)
def test_a_segment_is_compacted_when_more_than_64_and_a_twentieth_are_removed(
    fingers: int, removed: int, expected: bool
) -> None:
    segment = _segment(np.random.default_rng(1), fingers)
    for row in range(removed):
        segment.remove(row)

    assert segment.needs_compaction() is expected
    assert len(segment) == len(segment.compacted()) == fingers - removed


def test_a_table_compacts_its_segments_when_enough_have_left() -> None:
    rng, table = np.random.default_rng(6), EncountersTable()
    table.update([], [_entry(rng, number) for number in range(100)])

    table.update([f"e{number}" for number in range(65)], [])

    assert table.size()[:2] == (35, 35)
    assert not table.segments[2].needs_compaction()


def test_an_overwritten_embedding_is_zero_in_every_bit() -> None:
    rng = np.random.default_rng(2)
    stored = [random_finger(rng).embedding for _ in range(3)]
    embeddings = FaissEmbeddings()
    embeddings.add(stored)

    embeddings.overwrite(1)

    assert embeddings.all()[1].tobytes() == bytes(512)
    assert (embeddings.all()[[0, 2]] == np.stack([stored[0], stored[2]])).all()


def test_the_similarity_of_rows_unseen_is_at_most_that_of_the_last_row_seen() -> None:
    rng = np.random.default_rng(3)
    segment = _segment(rng, 5)
    query = random_finger(rng).embedding.astype(np.float32)
    similarities = np.sort(segment.similarities(query, np.arange(5)))[::-1]

    rows, unseen = segment.nearest(query, 2)
    all_rows, nothing = segment.nearest(query, 5)

    assert unseen == pytest.approx(similarities[1], abs=1e-6)
    assert (len(rows), len(all_rows), nothing) == (2, 5, -np.inf)


def test_no_rows_have_no_similarities() -> None:
    segment = _segment(np.random.default_rng(4), 5)

    assert segment.similarities(np.ones(256, np.float32), np.empty(0, np.int64)).shape == (0,)


def test_a_search_keeps_to_the_thread_it_is_in() -> None:
    segment = _segment(np.random.default_rng(5), 5)
    faiss.omp_set_num_threads(2)

    segment.nearest(np.ones(256, np.float32), 3)

    assert faiss.omp_get_max_threads() == 1
