"""How fast, and how surely, is a person found among many?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.at_size.bench_gallery import BenchGallery
from matcher.at_size.synthetic_people import features_of, person_id
from matcher.domain.shortlist import SearchScope
from matcher.evaluation.progress import with_progress

_WHOLE_FINGER = 48
"""Minutiae, at least, of a finger that is whole."""
_NOT_ON_RECORD = 30
"""People not on record who are searched for."""


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """Figures of searches for people on record; `matcher bench --help` says what each is."""

    median_s: float
    p99_s: float
    processor_median_s: float
    processor_p99_s: float
    k: int
    mate_in_k: float
    rank1: float


@dataclass(frozen=True, slots=True, eq=False)
class SearchesOnRecord:
    """Searches for people on record. mate_compared: whether each compared the person searched."""

    figures: SearchFigures
    mate_compared: Sequence[bool]


async def search_for_people_on_record(
    gallery: BenchGallery, persons: Sequence[int]
) -> SearchesOnRecord:
    """Search for one person after the other."""
    probes = [gallery.probe(person) for person in persons]
    await gallery.searched.search(probes[0])  # the first search sets up what later ones use
    seconds, processor_seconds, compared, first = [], [], [], []
    for person, probe in with_progress(
        zip(map(person_id, persons), probes, strict=True), "searches", len(persons)
    ):
        processor, started = time.process_time(), time.perf_counter()
        found = await gallery.searched.search(probe)
        seconds.append(time.perf_counter() - started)
        processor_seconds.append(time.process_time() - processor)
        compared.append(person in found.shortlisted)
        first.append(found.best_person == person)
    figures = SearchFigures(
        median_s=float(np.median(seconds)),
        p99_s=float(np.quantile(seconds, 0.99)),
        processor_median_s=float(np.median(processor_seconds)),
        processor_p99_s=float(np.quantile(processor_seconds, 0.99)),
        k=gallery.searched.depth.for_minutiae([_WHOLE_FINGER] * gallery.fingers).compared,
        mate_in_k=float(np.mean(compared)),
        rank1=float(np.mean(first)),
    )
    return SearchesOnRecord(figures, compared)


async def no_hit_median_seconds(gallery: BenchGallery) -> tuple[float, float]:
    """Return the median seconds, by the clock and of the processor, of searches without a hit.

    Of people who are not on record.
    """
    seconds, processor_seconds = [], []
    for person in range(gallery.count, gallery.count + _NOT_ON_RECORD):
        probe = gallery.probe(person)
        processor, started = time.process_time(), time.perf_counter()
        await gallery.searched.search(probe)
        seconds.append(time.perf_counter() - started)
        processor_seconds.append(time.process_time() - processor)
    return float(np.median(seconds)), float(np.median(processor_seconds))


def kept_of_exact(
    gallery: BenchGallery, persons: Sequence[int], mate_compared: Sequence[bool]
) -> float | None:
    """Return the share that searches compared, of those persons that an exact search compares.

    An exact search prefilters everybody on record. None if it compares none of these persons.
    """
    index, depth = gallery.searched.index, gallery.searched.depth
    kept = []
    for person, was_compared in with_progress(
        zip(persons, mate_compared, strict=False), "exact searches", len(persons)
    ):
        fingers = gallery.probe(person).fingers
        minutiae = [finger.minutiae for finger in fingers]
        features = features_of(gallery.models, minutiae)
        everybody = replace(
            depth.for_minutiae([len(of_finger) for of_finger in minutiae]),
            prefiltered=max(gallery.count, depth.prefiltered),
        )
        by_position = dict(zip((f.position for f in fingers), features, strict=True))
        found = index.search(by_position, SearchScope(), everybody)
        if person_id(person) in {each.person_id for each in found.persons}:
            kept.append(was_compared)
    return float(np.mean(kept)) if kept else None
