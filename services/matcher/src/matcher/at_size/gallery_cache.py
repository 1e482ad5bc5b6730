"""Keeps a gallery of synthetic people in files, so that it is made only once.

A thousand people are one file, in the format of the index's snapshots, which says of which models
it is and has a checksum. A file that is not exactly the one wanted is made again.
"""

import hashlib
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from matcher import synthetic
from matcher.at_size.synthetic_people import SyntheticPeople
from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import IndexEntry
from matcher.evaluation.progress import print_status, with_progress
from matcher.index import snapshot
from matcher.index.index_columns import EncounterColumns, entries_of
from matcher.index.memory_index import MemoryIndex
from matcher.model_bundles import load_bundle
from matcher.models import ModelBundle

PEOPLE_PER_FILE = 1_000


@dataclass(frozen=True, slots=True)
class GalleryCache:
    """The files of the people of one seed in a folder, as a bundle of models describes them.

    bundle: its folder; None for the packaged one.
    """

    folder: Path
    people: SyntheticPeople
    bundle: Path | None = None

    def make(self, count: int, workers: int) -> float | None:
        """Make the files of the first `count` people that do not exist, in so many processes.

        Returns people made by a second of one core, None if none were. What is made stays when it
        is interrupted. Raises OSError.
        """
        missing = [number for number in _files(count) if not self._file(number).exists()]
        if not missing:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        made, seconds = self._make_all(missing, workers), 0.0
        for spent in with_progress(made, "thousands of people made", len(missing)):
            seconds += spent
        return len(missing) * PEOPLE_PER_FILE / seconds

    def entries(self, models: ModelBundle, first: int, end: int) -> Iterator[list[IndexEntry]]:
        """Yield the people from `first` up to `end`, in parts of at most a thousand.

        A file that cannot be used is made again, and the reason printed. Raises OSError.
        """
        for number in range(first // PEOPLE_PER_FILE, _files(end).stop):
            start = number * PEOPLE_PER_FILE
            yield self._read(models, number)[max(0, first - start) : end - start]

    def _make_all(self, numbers: list[int], workers: int) -> Iterator[float]:
        make = partial(_make_file, self)
        if workers == 1:
            yield from map(make, numbers)
            return
        spawned = multiprocessing.get_context("spawn")  # a fork would copy locks of other threads
        with ProcessPoolExecutor(workers, spawned) as pool:
            yield from pool.map(make, numbers)

    def _read(self, models: ModelBundle, number: int) -> list[IndexEntry]:
        file, wanted = self._file(number), self._header(models, number)
        try:
            if snapshot.describe(file).change_token != _token(wanted):
                raise snapshot.UnusableSnapshot("it holds other people")
            with snapshot.read(file, wanted).frozen() as people:
                return [entry for part in people.parts() for entry in entries_of(part)]
        except snapshot.UnusableSnapshot as unusable:
            print_status(f"{file} is made again: {unusable}")
        return entries_of(self._write(models, number))

    def _write(self, models: ModelBundle, number: int) -> EncounterColumns:
        start = number * PEOPLE_PER_FILE
        columns = self.people.enrolled(models, range(start, start + PEOPLE_PER_FILE))
        self._folder.mkdir(parents=True, exist_ok=True)
        index = MemoryIndex(_token(header := self._header(models, number)))
        index.add(columns)
        with index.frozen() as people:
            snapshot.write(self._file(number), header, people)
        return columns

    def _header(self, models: ModelBundle, number: int) -> snapshot.SnapshotHeader:
        """Return the header of a file, whose epoch names the seed and whose change the people."""
        return snapshot_header(models, self._folder.name, (number + 1) * PEOPLE_PER_FILE)

    def _file(self, number: int) -> Path:
        return self._folder / f"people-{number:07}"

    @property
    def _folder(self) -> Path:
        positions = "-".join(map(str, self.people.positions))
        name = f"seed-{self.people.seed}-fingers-{positions}-{_generator_version()}"
        return self.folder / (f"{name}-{self.bundle.name}" if self.bundle else name)


def snapshot_header(models: ModelBundle, epoch: str, change: int) -> snapshot.SnapshotHeader:
    """Return the header of a snapshot that is of no database. epoch, change: as of a token."""
    versions = models.versions
    return snapshot.SnapshotHeader(
        epoch, change, "", versions.embedding, versions.comparison, versions.quantizer
    )


def _make_file(files: GalleryCache, number: int) -> float:
    """Make a file; return the seconds of processor time."""
    models, started = _models(files.bundle), time.process_time()
    files._write(models, number)
    return time.process_time() - started


@cache
def _models(bundle: Path | None) -> ModelBundle:
    """Return the models of this process, loaded and warm."""
    models = load_bundle(bundle)
    models.warm_up()
    return models


@cache
def _generator_version() -> str:
    """Return a digest of the source of the generator: another one would make other people."""
    digest = hashlib.sha256()
    for source in sorted(Path(synthetic.__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:8]


def _files(people: int) -> range:
    """Return the numbers of the files that hold the first so many people."""
    return range(-(-people // PEOPLE_PER_FILE))


def _token(header: snapshot.SnapshotHeader) -> ChangeToken:
    return ChangeToken(header.database_epoch, header.change, header.log_hash)
