"""Searches for composed persons among more and more synthetic people."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from matcher.at_size.composed_persons import ComposedPerson, check_enough, compositions
from matcher.at_size.gallery_cache import PEOPLE_PER_FILE, GalleryCache
from matcher.at_size.searched_gallery import SearchedGallery, SearchResult
from matcher.at_size.synthetic_people import (
    SyntheticPeople,
    features_of,
    index_entry,
    positions_of,
    probe_of_minutiae,
)
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import IndexEntry
from matcher.domain.shortlist import SearchScope
from matcher.evaluation.image_collection import ImageCollection
from matcher.evaluation.open_set_rates import ONE_IN, AtSizeResult, OpenSetScores, Templates
from matcher.evaluation.progress import print_status, with_progress
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.use_cases.search_error_rates import threshold_of_fpir


@dataclass(frozen=True, slots=True)
class AtSizeOptions:
    """What to measure: galleries of so many synthetic people, persons of so many fingers.

    compositions: most that are searched, of as many as a finger has impressions; None for all.
    seed: of the synthetic people and of the compositions. cache: folder of galleries. bundle: of
    models, a folder; None for the packaged one.
    """

    distractors: Sequence[int]
    fingers: int
    compositions: int | None
    seed: int
    cache: Path
    workers: int
    bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class SearchesAtSize:
    """Searches for every probe of composed persons twice: the person on record, and left out."""

    options: AtSizeOptions

    def check(self, collection: ImageCollection) -> None:
        """Raise ValueError if not even two persons can be composed."""
        check_enough(collection, self.options.fingers)

    def __call__(
        self,
        models: ModelBundle,
        collection: ImageCollection,
        references: Templates,
        probes: Templates,
    ) -> list[AtSizeResult]:
        """Return the result of each gallery, the smallest first."""
        options, held, results = self.options, 0, []
        composed = compositions(collection, references, probes, options.fingers, options.seed)
        rounds = list(islice(composed, options.compositions))
        people = SyntheticPeople(options.seed, positions_of(options.fingers))
        files = GalleryCache(options.cache, people, options.bundle)
        files.make(max(options.distractors), options.workers)
        with segments_folder(files) as folder:
            gallery = SearchedGallery(models, options.workers, folder / "index.snapshot")
            try:
                for size in sorted(set(options.distractors)):
                    enrol_synthetic(gallery, files, models, held, size)
                    searched = _SearchedRounds(models, gallery, references, probes, size, options)
                    results.append(searched.result(rounds))
                    held = size
            finally:
                gallery.close()
        return results


@contextmanager
def segments_folder(files: GalleryCache) -> Iterator[Path]:
    """Let an index have files in a folder of its own, beside the synthetic people, for a while."""
    files.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="index-", dir=files.folder) as folder:
        yield Path(folder)


def enrol_synthetic(
    gallery: SearchedGallery, files: GalleryCache, models: ModelBundle, first: int, end: int
) -> float:
    """Enrol the synthetic people from `first` up to `end`; return the seconds the index took."""
    seconds, parts = 0.0, -(-(end - first) // PEOPLE_PER_FILE)
    entries = files.entries(models, first, end)
    for part in with_progress(entries, "thousands of people enrolled", parts):
        started = time.monotonic()
        gallery.enrol(part)
        seconds += time.monotonic() - started
    return seconds


@dataclass(slots=True, eq=False)
class _SearchedRounds:
    """The searches of one composition of persons after the other in one gallery."""

    models: ModelBundle
    gallery: SearchedGallery
    references: Templates
    probes: Templates
    distractors: int
    options: AtSizeOptions
    people: int = 0
    mated: list[float] = field(default_factory=list)
    best_non_mated: list[float] = field(default_factory=list)
    at_rank_1: int = 0
    mate_compared: int = 0

    def result(self, rounds: Sequence[Sequence[ComposedPerson]]) -> AtSizeResult:
        """Search for all persons; return what came out."""
        started = time.process_time()
        for number, persons in enumerate(rounds, 1):
            print_status(
                f"{self.distractors:,} synthetic people, composition {number} of {len(rounds)}"
            )
            self.gallery.enrol(self._entries(persons))
            asyncio.run(self._search_all(persons))
            self.gallery.remove([person.person_id for person in persons])
        if not self.mated:
            raise ValueError("no composed person has another impression of each finger to search")
        return AtSizeResult(
            people=self.people,
            distractors=self.distractors,
            fingers=self.options.fingers,
            compositions=len(rounds),
            persons=len(rounds[0]),
            scores=OpenSetScores(np.array(self.mated), np.array(self.best_non_mated)),
            nominal_threshold={n: threshold_of_fpir(1 / n, self.people) for n in ONE_IN},
            mate_compared=self.mate_compared,
            at_rank_1=self.at_rank_1,
            processor_seconds=(time.process_time() - started) / (2 * len(self.mated)),
        )

    async def _search_all(self, persons: Sequence[ComposedPerson]) -> None:
        positions, free = (
            positions_of(self.options.fingers),
            asyncio.Semaphore(self.options.workers),
        )

        async def search(person: ComposedPerson, images: tuple[int, ...]) -> None:
            async with free:
                found = _templates(self.probes, images)
                await self._search(person, probe_of_minutiae(self.models, positions, found))

        running = [
            asyncio.create_task(search(person, images))
            for person in persons
            for images in person.probes
        ]
        searched = asyncio.as_completed(running)
        for finished in with_progress(searched, "probes searched twice", len(running)):
            await finished

    async def _search(self, person: ComposedPerson, probe: Probe) -> None:
        mated = await self.gallery.search(probe)
        left_out = SearchScope(except_person_id=person.person_id)
        non_mated = await self.gallery.search(probe, left_out)
        self._count(person.person_id, mated, non_mated)

    def _count(self, person_id: str, mated: SearchResult, non_mated: SearchResult) -> None:
        self.people = mated.decision.people_searched
        self.mated.append(mated.score_of(person_id))
        self.at_rank_1 += mated.best_person == person_id
        self.mate_compared += person_id in mated.compared
        self.best_non_mated.append(non_mated.best_score)

    def _entries(self, persons: Sequence[ComposedPerson]) -> list[IndexEntry]:
        positions, entries = positions_of(self.options.fingers), []
        for number, person in enumerate(persons, 1):
            found = _templates(self.references, person.on_record)
            fingers = dict(zip(positions, features_of(self.models, found), strict=True))
            entries.append(index_entry(person.person_id, self.distractors + number, fingers))
        return entries


def _templates(templates: Templates, images: Sequence[int]) -> list[Minutiae]:
    return [found for image in images if (found := templates[image]) is not None]
