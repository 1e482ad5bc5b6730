"""How does the index come into memory: from its snapshot, or else from the database?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.change_token import ChangeToken
from matcher.domain.finger import read_template
from matcher.domain.index_entry import NO_SNAPSHOT, FingerFeatures, IndexEntry
from matcher.index import snapshot
from matcher.index.memory_index import MemoryIndex
from matcher.models import ModelBundle
from matcher.store.index_source import IndexedEncounter, NewEmbeddings
from matcher.store.store import Store

_ENCOUNTERS_PER_BATCH = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedIndex:
    """A loaded index. snapshot_change: of the snapshot it came from, or NO_SNAPSHOT."""

    index: MemoryIndex
    snapshot_change: int


@dataclass(frozen=True, slots=True)
class IndexLoader:
    """Loads the index. snapshot_file: None if snapshots are not used."""

    store: Store
    pool: WorkerPool
    models: ModelBundle
    snapshot_file: Path | None

    def snapshot_header(self, state: ChangeToken) -> snapshot.SnapshotHeader:
        """Return the header of a snapshot of this state made with these models."""
        versions = self.models.versions
        return snapshot.SnapshotHeader(
            state.database_epoch, state.number, versions.embedding, versions.comparison
        )

    async def load(self) -> LoadedIndex:
        """Load an index that includes all changes up to some change of the log."""
        async with self.store.read() as records:
            head = await records.changes.head()
        try:
            return await self._from_snapshot(head)
        except snapshot.UnusableSnapshot as unusable:
            _log.info("index_read_from_database", reason=f"no snapshot is used: {unusable}")
        return await self._from_database(head)

    async def entries(
        self, stored: Sequence[IndexedEncounter]
    ) -> tuple[list[IndexEntry], NewEmbeddings]:
        """Return the entries of those encounters that are searched, and the embeddings computed.

        Embeddings of another model version are computed again, also for encounters that are not
        searched.
        """
        return await self.pool.run(_entries, self.models, stored)

    async def _from_snapshot(self, head: ChangeToken) -> LoadedIndex:
        if self.snapshot_file is None:
            raise snapshot.UnusableSnapshot("none is configured")
        change, entries = await self.pool.run(
            snapshot.read, self.snapshot_file, self.snapshot_header(head)
        )
        index = MemoryIndex(ChangeToken(head.database_epoch, change))
        await self.pool.run(index.update, (), entries)
        return LoadedIndex(index, change)

    async def _from_database(self, head: ChangeToken) -> LoadedIndex:
        index, last = MemoryIndex(head), 0
        while stored := await self._added_after(last):
            entries, new_embeddings = await self.entries(stored)
            if new_embeddings:
                async with self.store.write() as records:
                    await records.index_source.store_embeddings(new_embeddings)
            await self.pool.run(index.update, (), entries)
            last = stored[-1].added_by_change
        return LoadedIndex(index, NO_SNAPSHOT)

    async def _added_after(self, change: int) -> list[IndexedEncounter]:
        async with self.store.read() as records:
            return await records.index_source.added_after(change, _ENCOUNTERS_PER_BATCH)


def _entries(
    models: ModelBundle, stored: Sequence[IndexedEncounter]
) -> tuple[list[IndexEntry], NewEmbeddings]:
    new_embeddings = _embed_outdated(models, stored)
    searched = [encounter for encounter in stored if encounter.status.is_searched]
    return [_entry(models, encounter, new_embeddings) for encounter in searched], new_embeddings


def _entry(
    models: ModelBundle, encounter: IndexedEncounter, new_embeddings: NewEmbeddings
) -> IndexEntry:
    fingers = {}
    for position, finger in encounter.fingers.items():
        embedding = finger.embedding
        if embedding is None:
            embedding = new_embeddings[encounter.encounter_id, position]
        prepared = models.comparator.prepare(read_template(finger.template))
        fingers[position] = FingerFeatures(embedding, prepared)
    return IndexEntry(
        encounter.encounter_id,
        encounter.person_id,
        encounter.status,
        encounter.added_by_change,
        fingers,
    )


def _embed_outdated(models: ModelBundle, stored: Sequence[IndexedEncounter]) -> NewEmbeddings:
    """Compute the embeddings of fingers that have none of this model version."""
    outdated = {
        (encounter.encounter_id, position): read_template(finger.template)
        for encounter in stored
        for position, finger in encounter.fingers.items()
        if finger.embedding is None
    }
    made = models.embedding.embed_many([*outdated.values()]).astype(np.float16)
    return {finger: made[row] for row, finger in enumerate(outdated)}
