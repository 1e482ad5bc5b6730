"""A gallery from its snapshot, or else from the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.biometrics import Embedding
from matcher.domain.change import Change
from matcher.domain.gallery import Entry, Features
from matcher.index import snapshot
from matcher.index.gallery import Gallery
from matcher.store.changes import Embedded, StoredEntry
from matcher.store.store import Store

_PAGE = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Models:
    """Make of templates what searches go over; each keeps a core busy."""

    embed: Callable[[Sequence[bytes]], Sequence[Embedding]]
    embedding_version: str
    prepare: Callable[[Sequence[bytes]], Sequence[PreparedFinger]]
    comparison_version: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A gallery. saved: change of the snapshot it came from, or 0."""

    gallery: Gallery
    saved: int


@dataclass(frozen=True, slots=True)
class Loader:
    """Makes galleries."""

    store: Store
    pool: WorkerPool
    models: Models
    snapshot_file: Path | None

    def label(self, at: Change) -> snapshot.Label:
        """Of a snapshot of this state."""
        versions = self.models.embedding_version, self.models.comparison_version
        return snapshot.Label(at.database_epoch, at.number, *versions)

    async def load(self) -> Loaded:
        """A gallery that is complete up to some change, for the log to go on from."""
        async with self.store.read() as records:
            head = await records.changes.head()
        try:
            return await self._from_snapshot(head)
        except snapshot.Unusable as unusable:
            _log.info("index_rebuild", reason=f"no snapshot is used: {unusable}")
        return await self._from_database(head)

    async def entries(self, stored: Sequence[StoredEntry]) -> tuple[list[Entry], Embedded]:
        """Those of the encounters that can be searched; and what embeddings were made, to be kept.

        Embeddings of another version are made anew of all.
        """
        return await self.pool.run(_entries, self.models, stored)

    async def _from_snapshot(self, head: Change) -> Loaded:
        if self.snapshot_file is None:
            raise snapshot.Unusable("none is configured")
        change, entries = await self.pool.run(snapshot.read, self.snapshot_file, self.label(head))
        gallery = Gallery(Change(head.database_epoch, change))
        await self.pool.run(gallery.update, (), entries)
        return Loaded(gallery, saved=change)

    async def _from_database(self, head: Change) -> Loaded:
        gallery, added, version = Gallery(head), 0, self.models.embedding_version
        while True:
            async with self.store.read() as records:
                stored = await records.changes.entries_after(added, _PAGE, version)
            if not stored:
                return Loaded(gallery, saved=0)
            entries, embedded = await self.entries(stored)
            if embedded:
                async with self.store.write() as records:
                    await records.changes.reembed(embedded, version)
            await self.pool.run(gallery.update, (), entries)
            added = stored[-1].added


def _entries(models: Models, stored: Sequence[StoredEntry]) -> tuple[list[Entry], Embedded]:
    stale = _stale(stored)
    made = models.embed([template for _, template in stale])
    anew = {finger: embedding for (finger, _), embedding in zip(stale, made, strict=True)}
    searchable = [one for one in stored if one.status.searchable]
    templates = [kept.template for one in searchable for kept in one.fingers.values()]
    prepared = iter(models.prepare(templates))

    def entry(one: StoredEntry) -> Entry:
        fingers = {}
        for position, kept in one.fingers.items():
            embedding = kept.embedding
            if embedding is None:
                embedding = anew[one.encounter_id, position]
            fingers[position] = Features(embedding, next(prepared))
        return Entry(one.encounter_id, one.person_id, one.status, one.added, fingers)

    return [entry(one) for one in searchable], anew


def _stale(stored: Sequence[StoredEntry]) -> list[tuple[tuple[str, int], bytes]]:
    """Fingers whose embedding is of another version, by encounter id and position."""
    return [
        ((one.encounter_id, position), kept.template)
        for one in stored
        for position, kept in one.fingers.items()
        if kept.embedding is None
    ]
