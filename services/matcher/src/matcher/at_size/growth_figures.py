"""What does it cost searches that a gallery grows, is saved, and is read again?"""

import asyncio
import gc
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matcher.at_size.bench_gallery import BenchGallery
from matcher.at_size.gallery_cache import PEOPLE_PER_FILE, snapshot_header
from matcher.at_size.searched_gallery import SearchedGallery
from matcher.domain.index_entry import IndexEntry
from matcher.index import snapshot
from matcher.index.segment_folder import SegmentFolder

_AT_ONCE = 500
"""People added by one update, as many as the service applies of its change log."""
_ONE_BY_ONE = 50
"""People who are added alone."""
SPARE_PEOPLE = PEOPLE_PER_FILE + _ONE_BY_ONE
"""People made besides those on record, to be added."""


def spare_people(gallery: BenchGallery) -> list[IndexEntry]:
    """Return a thousand people who are not on record, and those to be added alone."""
    end = gallery.count + SPARE_PEOPLE
    parts = gallery.files.entries(gallery.models, gallery.count, end)
    return [entry for part in parts for entry in part]


async def longest_search_while_growing(
    gallery: BenchGallery, spare: Sequence[IndexEntry], snapshot_file: Path | None
) -> float:
    """Return the longest seconds of a search while people are added and a snapshot is written.

    snapshot_file: None to write none.
    """
    probe, longest = gallery.probe(0), 0.0
    growing = asyncio.create_task(asyncio.to_thread(_grow, gallery, spare, snapshot_file))
    while not growing.done():
        started = time.perf_counter()
        await gallery.searched.search(probe)
        longest = max(longest, time.perf_counter() - started)
    await growing
    return longest


def median_seconds_to_add(gallery: BenchGallery, spare: Sequence[IndexEntry]) -> float:
    """Return the median seconds until one more person is on record.

    Raises RuntimeError if a search does not find the last of them then.
    """
    seconds = []
    for entry in spare[PEOPLE_PER_FILE:]:
        started = time.perf_counter()
        gallery.searched.enrol([entry])
        seconds.append(time.perf_counter() - started)
    last = gallery.count + len(spare) - 1
    found = asyncio.run(gallery.searched.search(gallery.probe(last)))
    if spare[-1].person_id not in found.compared:
        raise RuntimeError("a person who was just added is not found")
    return float(np.median(seconds))


def start_seconds(gallery: BenchGallery, snapshot_file: Path) -> float:
    """Return the seconds from a snapshot until the first search is answered.

    The gallery's index is given up before, as if the service had ended.
    """
    probe = gallery.probe(0)
    gallery.searched = SearchedGallery(gallery.models, workers=1)
    gc.collect()
    started = time.perf_counter()
    gallery.searched.index = snapshot.read(
        snapshot_file, snapshot_header(gallery.models, "bench", gallery.count)
    )
    asyncio.run(gallery.searched.search(probe))
    seconds = time.perf_counter() - started
    gallery.searched.close()
    return seconds


def _grow(gallery: BenchGallery, spare: Sequence[IndexEntry], snapshot_file: Path | None) -> None:
    for start in range(0, PEOPLE_PER_FILE, _AT_ONCE):
        gallery.searched.enrol(spare[start : start + _AT_ONCE])
    if snapshot_file:
        gallery.searched.index.compact(SegmentFolder(snapshot_file), purge=True)
        with gallery.searched.index.frozen() as frozen:
            header = snapshot_header(gallery.models, "bench", gallery.count)
            snapshot.write(snapshot_file, header, frozen)
