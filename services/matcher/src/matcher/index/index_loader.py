"""A gallery from its snapshot, or else from the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.biometrics import Embedding
from matcher.domain.change_token import ChangeToken
from matcher.domain.shortlist import FingerFeatures, IndexEntry
from matcher.index import snapshot
from matcher.index.memory_index import MemoryIndex
from matcher.store.change_log import Embedded, EncounterTemplates
from matcher.store.store import Store

_PAGE = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IndexModels:
    """Make of templates what searches go over; each keeps a core busy."""

    embed: Callable[[Sequence[bytes]], Sequence[Embedding]]
    embedding_version: str
    prepare: Callable[[Sequence[bytes]], Sequence[PreparedFinger]]
    comparison_version: str


@dataclass(frozen=True, slots=True)
class LoadedIndex:
    """A gallery. saved: change of the snapshot it came from, or 0."""

    gallery: MemoryIndex
    saved: int


@dataclass(frozen=True, slots=True)
class IndexLoader:
    """Makes galleries."""

    store: Store
    pool: WorkerPool
    models: IndexModels
    snapshot_file: Path | None

    def label(self, at: ChangeToken) -> snapshot.SnapshotHeader:
        """Of a snapshot of this state."""
        versions = self.models.embedding_version, self.models.comparison_version
        return snapshot.SnapshotHeader(at.database_epoch, at.number, *versions)

    async def load(self) -> LoadedIndex:
        """A gallery that is complete up to some change, for the log to go on from."""
        async with self.store.read() as records:
            head = await records.changes.head()
        try:
            return await self._from_snapshot(head)
        except snapshot.UnusableSnapshot as unusable:
            _log.info("index_rebuild", reason=f"no snapshot is used: {unusable}")
        return await self._from_database(head)

    async def entries(
        self, stored: Sequence[EncounterTemplates]
    ) -> tuple[list[IndexEntry], Embedded]:
        """Those of the encounters that can be searched; and what embeddings were made, to be kept.

        Embeddings of another version are made anew of all.
        """
        return await self.pool.run(_entries, self.models, stored)

    async def _from_snapshot(self, head: ChangeToken) -> LoadedIndex:
        if self.snapshot_file is None:
            raise snapshot.UnusableSnapshot("none is configured")
        change, entries = await self.pool.run(snapshot.read, self.snapshot_file, self.label(head))
        gallery = MemoryIndex(ChangeToken(head.database_epoch, change))
        await self.pool.run(gallery.update, (), entries)
        return LoadedIndex(gallery, saved=change)

    async def _from_database(self, head: ChangeToken) -> LoadedIndex:
        gallery, added, version = MemoryIndex(head), 0, self.models.embedding_version
        while True:
            async with self.store.read() as records:
                stored = await records.changes.entries_after(added, _PAGE, version)
            if not stored:
                return LoadedIndex(gallery, saved=0)
            entries, embedded = await self.entries(stored)
            if embedded:
                async with self.store.write() as records:
                    await records.changes.reembed(embedded, version)
            await self.pool.run(gallery.update, (), entries)
            added = stored[-1].added


def _entries(
    models: IndexModels, stored: Sequence[EncounterTemplates]
) -> tuple[list[IndexEntry], Embedded]:
    stale = _stale(stored)
    made = models.embed([template for _, template in stale])
    anew = {finger: embedding for (finger, _), embedding in zip(stale, made, strict=True)}
    searchable = [one for one in stored if one.status.searchable]
    templates = [kept.template for one in searchable for kept in one.fingers.values()]
    prepared = iter(models.prepare(templates))

    def entry(one: EncounterTemplates) -> IndexEntry:
        fingers = {}
        for position, kept in one.fingers.items():
            embedding = kept.embedding
            if embedding is None:
                embedding = anew[one.encounter_id, position]
            fingers[position] = FingerFeatures(embedding, next(prepared))
        return IndexEntry(one.encounter_id, one.person_id, one.status, one.added, fingers)

    return [entry(one) for one in searchable], anew


def _stale(stored: Sequence[EncounterTemplates]) -> list[tuple[tuple[str, int], bytes]]:
    """Fingers whose embedding is of another version, by encounter id and position."""
    return [
        ((one.encounter_id, position), kept.template)
        for one in stored
        for position, kept in one.fingers.items()
        if kept.embedding is None
    ]
