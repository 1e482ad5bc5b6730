"""What one gallery costs and finds: measured on the serving index, on one core."""

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matcher.at_size.bench_gallery import BenchGallery
from matcher.at_size.gallery_cache import GalleryCache
from matcher.at_size.growth_figures import (
    longest_search_while_growing,
    median_seconds_to_add,
    spare_people,
    start_seconds,
)
from matcher.at_size.search_figures import (
    kept_of_exact,
    no_hit_median_seconds,
    search_for_people_on_record,
)
from matcher.at_size.searched_gallery import SearchedGallery
from matcher.at_size.searches_at_size import enrol_synthetic, segments_folder
from matcher.index import snapshot
from matcher.index.memory_index import MemoryIndex
from matcher.index.warm_up import warm_up
from matcher.models import ModelBundle

Json = dict[str, Any]


def measure(
    files: GalleryCache, people: int, probes: int, exact_probes: int, with_snapshot: bool
) -> Json:
    """Return the figures of a gallery of the first `people` of these files.

    `matcher bench --help` says what each is. This process keeps to one core from now on.
    """
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    models = ModelBundle.load()
    models.warm_up()
    warm_up()
    for _ in files.entries(models, 0, 1):  # what reading a file leaves behind is not the index
        pass
    with segments_folder(files) as folder:
        snapshot_file = folder / "index.snapshot" if with_snapshot else None
        return _measure(models, files, people, probes, exact_probes, snapshot_file)


def _measure(
    models: ModelBundle,
    files: GalleryCache,
    people: int,
    probes: int,
    exact_probes: int,
    snapshot_file: Path | None,
) -> Json:
    before = _anonymous_bytes()
    searched = SearchedGallery(models, 1, snapshot_file)
    gallery = BenchGallery(models, files, people, searched)
    costs: Json = {
        "people": people,
        "fingers": len(files.people.positions),
        "probes": probes,
        "build_s": enrol_synthetic(gallery.searched, files, models, 0, people),
        "bytes_per_person_ram": (_anonymous_bytes() - before) / people,
        "bytes_per_finger": _bytes_per_finger(gallery.searched.index),
    }
    found = _search_figures(gallery, probes, exact_probes)
    grown = _growth_figures(gallery, found["median_s"], snapshot_file)
    return costs | found | grown


def _search_figures(gallery: BenchGallery, probes: int, exact_probes: int) -> Json:
    persons = [number * gallery.count // probes for number in range(probes)]
    searches = asyncio.run(search_for_people_on_record(gallery, persons))
    exactly = persons[:exact_probes]
    no_hit, no_hit_processor = asyncio.run(no_hit_median_seconds(gallery))
    return asdict(searches.figures) | {
        "no_hit_median_s": no_hit,
        "no_hit_processor_median_s": no_hit_processor,
        "mates_kept_vs_exact": kept_of_exact(gallery, exactly, searches.mate_compared),
        "exact_probes": len(exactly),
    }


def _growth_figures(gallery: BenchGallery, median: float, snapshot_file: Path | None) -> Json:
    spare = spare_people(gallery)
    longest = asyncio.run(longest_search_while_growing(gallery, spare, snapshot_file))
    on_record = gallery.searched.index.size[0]
    size = snapshot.describe(snapshot_file).size_bytes if snapshot_file else None
    added = median_seconds_to_add(gallery, spare)
    gallery.searched.close()
    return {
        "longest_pause_s": max(0.0, longest - median),
        "add_visible_s": added,
        "bytes_per_person_disk": size / on_record if size is not None else None,
        "start_s": start_seconds(gallery, snapshot_file) if snapshot_file else None,
    }


def _bytes_per_finger(index: MemoryIndex) -> float:
    _, fingers, size_bytes = index.size
    return size_bytes / fingers


def _anonymous_bytes() -> int:
    """Return the memory of this process that is no mapped file, bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    raise OSError("/proc/self/status has no RssAnon: this is measured on Linux")
