"""Inverted lists of a file are read by a kernel of our own: it finds what FAISS finds in them."""

from pathlib import Path

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import pytest
from matcher.comparison.descriptor import Descriptors
from matcher.comparison.descriptor_quantizer import MOST_LISTS, ListNumbers
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import IndexEntry
from matcher.index import compaction_plan
from matcher.index.mapped_lists import MappedLists
from matcher.index.segment_file import SegmentFile, map_segment
from matcher.index.segment_folder import SegmentFolder

from .indexed_entries import index_of
from .random_fingers import random_descriptors, random_finger

Hits = list[list[tuple[int, int]]]
"""Of each descriptor of a probe the rows near it and their distances, sorted."""
POSITION = 2
LISTS = 16
KINDS = random_descriptors(np.random.default_rng(1), 6)
ALL_BITS, NONE, TOP = 2**64 - 1, 0, 2**63


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> SegmentFile:
    """A sealed file of 300 fingers, whose descriptors lie in lists 0 to 15."""
    rng = np.random.default_rng(2)
    entries = [
        IndexEntry(
            f"e{n}",
            f"p{n}",
            EncounterStatus.ACTIVE,
            n + 1,
            {POSITION: random_finger(rng, int(rng.integers(1, 40)), KINDS)},
        )
        for n in range(300)
    ]
    index = index_of(entries)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction_plan, "_SEALED_FINGERS", 20)
        assert index.compact(SegmentFolder(tmp_path_factory.mktemp("index")))
    (sealed,) = index._table.fingers[POSITION].files().values()
    return sealed


def _by_faiss(file: SegmentFile, descriptors: Descriptors, lists: ListNumbers, radius: int) -> Hits:
    on_disk = faiss.OnDiskInvertedLists(MOST_LISTS, 32, str(file.path))
    on_disk.read_only = True
    sizes = np.array(file.columns["list_sizes"])
    on_disk.set_all_lists_sizes(faiss.swig_ptr(sizes))
    on_disk.totsize = file.facts.descriptors * 40
    on_disk.do_mmap()
    quantizer = faiss.IndexBinaryFlat(256)
    index = faiss.IndexBinaryIVF(quantizer, 256, MOST_LISTS)
    index.is_trained, index.nprobe = True, lists.shape[1]
    index.replace_invlists(on_disk, False)
    index.ntotal = file.facts.descriptors
    ends, distances, rows = index.range_search_preassigned(
        descriptors.view(np.uint8), radius, lists.astype(np.int64), None
    )
    return _hits(np.diff(ends.astype(np.int64)), rows, distances)


def _by_kernel(
    file: SegmentFile, descriptors: Descriptors, lists: ListNumbers, radius: int
) -> Hits:
    mapped = MappedLists(file.columns["inverted"], file.columns["list_sizes"])
    return _hits(*mapped.near(descriptors, lists, radius))


def _hits(counts: np.ndarray, rows: np.ndarray, distances: np.ndarray) -> Hits:
    hits = [*zip(rows.tolist(), map(int, distances.tolist()), strict=True)]
    ends = np.cumsum(counts).tolist()
    assert ends[-1] == len(hits)
    return [sorted(hits[end - of_one : end]) for end, of_one in zip(ends, counts, strict=True)]


def _words_of(listed: list[tuple[int, list[int]]]) -> np.ndarray:
    """One list as a file holds it: words of all its descriptors, then their rows."""
    codes = [word for _, descriptor in listed for word in descriptor]
    return np.array([*codes, *(row for row, _ in listed)], np.uint64)


@pytest.mark.parametrize("radius", [1, 60, 85, 128, 257])
def test_both_find_the_same(file: SegmentFile, radius: int) -> None:
    rng = np.random.default_rng(3)
    probe = np.concatenate([KINDS, random_descriptors(rng, 18)])
    lists = np.array([rng.permutation(LISTS)[:4] for _ in probe], np.uint16)

    found = _by_kernel(file, probe, lists, radius)

    assert found == _by_faiss(file, probe, lists, radius)
    assert radius < 60 or any(found)


def test_several_descriptors_read_the_same_lists(file: SegmentFile) -> None:
    probe = np.concatenate([KINDS[:1], KINDS[:1], KINDS[1:2]])
    lists = np.array([[3, 9], [9, 3], [3, 9]], np.uint16)

    first, second, _ = found = _by_kernel(file, probe, lists, 85)

    assert found == _by_faiss(file, probe, lists, 85)
    assert first == second != []


def test_empty_lists_hold_nothing(file: SegmentFile) -> None:
    probe = KINDS[:3]
    lists = np.array([[700, 16_383], [700, 0], [0, 16_383]], np.uint16)

    found = _by_kernel(file, probe, lists, 257)

    assert found == _by_faiss(file, probe, lists, 257)
    assert found[0] == []
    assert len(found[1]) == len(found[2]) == int(file.columns["list_sizes"][0])


def test_each_descriptor_of_a_file_is_found_where_it_is_listed(file: SegmentFile) -> None:
    every = np.array([range(LISTS)], np.uint16)

    (found,) = _by_kernel(file, KINDS[:1], every, 257)

    assert len(found) == file.facts.descriptors


def test_what_differs_in_as_many_bits_as_the_radius_is_not_near() -> None:
    listed = [(5, [0, 0, 0, 2**10 - 1]), (6, [0, 0, 0, 2**11 - 1]), (7, [0, 0, 0, 2**12 - 1])]
    mapped = MappedLists(_words_of(listed), np.array([3], np.uint64))
    probe, lists = np.zeros((1, 4), np.uint64), np.zeros((1, 1), np.uint16)

    near = {radius: _hits(*mapped.near(probe, lists, radius)) for radius in (10, 11, 12, 13)}

    assert near == {
        10: [[]],
        11: [[(5, 10)]],
        12: [[(5, 10), (6, 11)]],
        13: [[(5, 10), (6, 11), (7, 12)]],
    }


def test_words_above_those_of_signed_numbers_are_compared_bit_by_bit() -> None:
    listed = [
        (0, [TOP] * 4),
        (1, [TOP - 1] * 4),
        (2, [TOP + 1] * 4),
        (3, [ALL_BITS] * 4),
        (4, [NONE] * 4),
    ]
    mapped = MappedLists(_words_of(listed), np.array([5], np.uint64))
    probe = np.array([[TOP] * 4, [ALL_BITS] * 4, [NONE] * 4], np.uint64)

    found = _hits(*mapped.near(probe, np.zeros((3, 1), np.uint16), 257))

    assert found == [
        [(0, 0), (1, 256), (2, 4), (3, 252), (4, 4)],
        [(0, 252), (1, 4), (2, 248), (3, 0), (4, 256)],
        [(0, 4), (1, 252), (2, 8), (3, 256), (4, 0)],
    ]


@pytest.mark.parametrize("size", [1, 15, 16, 17, 33])
def test_the_last_descriptors_of_the_last_list_are_read(size: int) -> None:
    codes = random_descriptors(np.random.default_rng(size), size)
    listed = [(row, code) for row, code in enumerate(codes.tolist())]
    mapped = MappedLists(_words_of(listed), np.array([0, size, 0], np.uint64))

    found = _hits(*mapped.near(codes, np.full((size, 1), 1, np.uint16), 1))

    assert found == [[(row, 0)] for row in range(size)]


def test_a_file_without_descriptors_has_none_near() -> None:
    mapped = MappedLists(np.empty(0, np.uint64), np.zeros(MOST_LISTS, np.uint64))

    found = _hits(*mapped.near(KINDS, np.zeros((len(KINDS), 4), np.uint16), 257))

    assert found == [[]] * len(KINDS)


def test_lists_are_read_after_their_file_was_removed(file: SegmentFile, tmp_path: Path) -> None:
    lists = np.array([range(LISTS)], np.uint16)
    before = _by_kernel(file, KINDS[:1], lists, 85)
    other = tmp_path / "copy"
    other.write_bytes(file.path.read_bytes())
    mapped = _mapped_only(other, file)

    other.unlink()

    assert _hits(*mapped.near(KINDS[:1], lists, 85)) == before


def _mapped_only(path: Path, file: SegmentFile) -> MappedLists:
    """The lists of a file, which nothing else refers to."""
    columns = map_segment(path, file.facts).columns
    return MappedLists(columns["inverted"], columns["list_sizes"])
