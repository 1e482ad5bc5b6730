"""How does the index come into memory: from its snapshot, or else from the database?"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import structlog
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.change_token import ChangeToken
from matcher.domain.finger import read_stored_template
from matcher.domain.index_entry import IndexEntry, SnapshotFacts
from matcher.domain.operation import ReportProgress
from matcher.domain.person_part import EVERYBODY, PersonPart
from matcher.index import snapshot
from matcher.index.bundle_files import shard_snapshot_file
from matcher.index.finger_features import finger_features
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle
from matcher.store.index_source import IndexedEncounter, NewEmbedding, NewEmbeddings
from matcher.store.store import Store

_ENCOUNTERS_PER_BATCH = 500
_BATCHES_AHEAD = 2
"""Batches that are prepared while another comes into the index: more would share one GIL."""

_log = structlog.get_logger(__name__)

StoredMinutiae = Mapping[tuple[str, int], Minutiae | None]
"""Minutiae by encounter id and finger position; None where the template cannot be read."""


async def ignore_progress(_share: float) -> None:
    """Stand in where nobody is told how far the loading of an index has come."""


@dataclass(frozen=True, slots=True)
class LoadedIndex:
    """A loaded index. snapshot_change: of the snapshot it came from, None if of none."""

    index: MemoryIndex
    snapshot_change: int | None


@dataclass(frozen=True, slots=True)
class IndexLoader:
    """Loads the index.

    pool: for what takes milliseconds, since changes of the index in use wait in it too. Reading or
    writing whole files has a thread of its own. snapshot_file: None if snapshots are not used.
    part: persons whose encounters are loaded. keeps_embeddings: whether those that had to be
    computed are stored.
    """

    store: Store
    pool: WorkerPool
    models: ModelBundle
    snapshot_file: Path | None
    part: PersonPart = EVERYBODY
    keeps_embeddings: bool = True

    def of(self, part: PersonPart, replica: int = 1) -> "IndexLoader":
        """Return the loader of a part of the persons, whose snapshot is in a folder of its own.

        Makes the folder. Raises OSError.
        """
        file = self.snapshot_file
        if file is not None:
            file = shard_snapshot_file(file, part, replica)
        return replace(self, snapshot_file=file, part=part)

    @property
    def segment_folder(self) -> SegmentFolder | None:
        """Where segments of the index are sealed; None if they stay in memory."""
        return None if self.snapshot_file is None else SegmentFolder(self.snapshot_file)

    def snapshot_header(self, state: ChangeToken) -> snapshot.SnapshotHeader:
        """Return the header of a snapshot of this state made with these models."""
        versions = self.models.versions
        return snapshot.SnapshotHeader(
            state.database_epoch,
            state.number,
            state.log_hash,
            versions.embedding,
            versions.comparison,
            versions.quantizer,
            str(self.part),
        )

    async def load(
        self, report_progress: ReportProgress = ignore_progress, *, use_snapshot: bool
    ) -> LoadedIndex:
        """Load an index that includes all changes up to some change of the log.

        It may hold later changes in part, until it has followed the log to its end.
        """
        try:
            if not use_snapshot:
                raise snapshot.UnusableSnapshot("the database is to be read")
            return await self.load_snapshot()
        except snapshot.UnusableSnapshot as unusable:
            _log.info("index_read_from_database", reason=f"no snapshot is used: {unusable}")
        return await self.load_database(report_progress)

    async def load_database(self, report_progress: ReportProgress = ignore_progress) -> LoadedIndex:
        """Load an index from the database; see `load`."""
        async with self.store.read() as records:
            head = await records.changes.head()
        index, is_sealed = MemoryIndex(head), self.snapshot_file is not None
        async with aclosing(self._read_all()) as batches:
            async for last, entries, new_embeddings in batches:
                await self.store_embeddings(new_embeddings)
                await self.pool.run(index.update, (), entries)
                is_sealed = is_sealed and await self._try_to_compact(index)
                await report_progress(last / max(last, head.number))
        return LoadedIndex(index, None)

    async def store_embeddings(self, made: NewEmbeddings) -> None:
        """Store embeddings that had to be computed, if there are any and they are kept."""
        if made and self.keeps_embeddings:
            async with self.store.write() as records:
                await records.index_source.store_embeddings(made)

    def compact(self, index: MemoryIndex) -> None:
        """Seal what is in memory, and give back the room of what was removed, if it is much.

        Searches go on. Files that are in use no more are removed, but those of the snapshot. Raises
        OSError.
        """
        if index.compact(self.segment_folder) and self.snapshot_file is not None:
            snapshot.remove_unnamed_segments(self.snapshot_file)

    async def load_snapshot(self) -> LoadedIndex:
        """Load an index from the snapshot; raise UnusableSnapshot."""
        async with self.store.read() as records:
            head = await records.changes.head()
        return await self._from_snapshot(head)

    async def snapshot_facts(self) -> SnapshotFacts:
        """Return what the snapshot's header says, and its size; raise UnusableSnapshot."""
        if self.snapshot_file is None:
            raise snapshot.UnusableSnapshot("none is configured")
        return await self.pool.run(snapshot.describe, self.snapshot_file)

    async def entries(
        self, stored: Sequence[IndexedEncounter]
    ) -> tuple[list[IndexEntry], NewEmbeddings]:
        """Return the entries of those encounters that are searched, and the embeddings computed.

        Embeddings of another model version are computed again, also for encounters that are not
        searched. A finger whose template cannot be read is logged and left out.
        """
        made = await self.pool.run(_entries, self.models, stored)
        _log_unreadable(made[0])
        return made

    async def _from_snapshot(self, head: ChangeToken) -> LoadedIndex:
        if self.snapshot_file is None:
            raise snapshot.UnusableSnapshot("none is configured")
        header = self.snapshot_header(head)
        index = await asyncio.to_thread(snapshot.read, self.snapshot_file, header)
        async with self.store.read() as records:
            if not await records.changes.contains(index.change_token):
                raise snapshot.UnusableSnapshot("its past is not that of the database")
        incomplete = sorted({finger.encounter_id for finger in index.unreadable})
        for start in range(0, len(incomplete), _ENCOUNTERS_PER_BATCH):
            await self._read_again(index, incomplete[start : start + _ENCOUNTERS_PER_BATCH])
        return LoadedIndex(index, index.change_token.number)

    async def _try_to_compact(self, index: MemoryIndex) -> bool:
        """Return whether it could be done: otherwise the index is to stay in memory."""
        try:
            await asyncio.to_thread(self.compact, index)
        except OSError as error:
            _log.warning("compaction_failed", exc_info=error)
            return False
        return True

    async def _read_again(self, index: MemoryIndex, encounter_ids: Sequence[str]) -> None:
        """Replace entries by what is stored now: their templates may have been repaired since."""
        async with self.store.read() as records:
            stored = await records.index_source.of(encounter_ids, self.part)
        entries, _ = await self.entries(stored)
        await self.pool.run(index.update, encounter_ids, entries)

    async def _read_all(self) -> AsyncGenerator[tuple[int, list[IndexEntry], NewEmbeddings], None]:
        """Yield all encounters by order of addition, as `entries` makes them of some at a time.

        With each the change that added the last one. Some more are prepared meanwhile, each by a
        thread of its own.
        """
        ahead = deque[tuple[int, asyncio.Task[tuple[list[IndexEntry], NewEmbeddings]]]]()
        stored = await self._added_after(0)
        try:
            while stored or ahead:
                if stored and len(ahead) < _BATCHES_AHEAD:
                    last = stored[-1].added_by_change
                    preparing = asyncio.to_thread(_entries, self.models, stored)
                    ahead.append((last, asyncio.create_task(preparing)))
                    stored = await self._added_after(last)
                    continue
                last, made = ahead.popleft()
                entries, new_embeddings = await made
                _log_unreadable(entries)
                yield last, entries, new_embeddings
        finally:
            unneeded = [made for _, made in ahead]
            for made in unneeded:
                made.cancel()
            await asyncio.gather(*unneeded, return_exceptions=True)

    async def _added_after(self, change: int) -> list[IndexedEncounter]:
        async with self.store.read() as records:
            return await records.index_source.added_after(change, _ENCOUNTERS_PER_BATCH, self.part)


def _log_unreadable(entries: Sequence[IndexEntry]) -> None:
    for entry in entries:
        for position in entry.unreadable:
            _log.error("template_unreadable", encounter_id=entry.encounter_id, position=position)


def embed_outdated(models: ModelBundle, stored: Sequence[IndexedEncounter]) -> NewEmbeddings:
    """Return the embeddings that these models have not made of readable fingers yet."""
    return _embed_outdated(models, stored, _minutiae(stored, of_searched=False))


def _entries(
    models: ModelBundle, stored: Sequence[IndexedEncounter]
) -> tuple[list[IndexEntry], NewEmbeddings]:
    minutiae = _minutiae(stored, of_searched=True)
    new_embeddings = _embed_outdated(models, stored, minutiae)
    searched = [encounter for encounter in stored if encounter.status.is_searched]
    entries = [_entry(models, encounter, minutiae, new_embeddings) for encounter in searched]
    return entries, new_embeddings


def _minutiae(stored: Sequence[IndexedEncounter], *, of_searched: bool) -> StoredMinutiae:
    """Read the templates of fingers that lack an embedding, and of all those that are searched."""
    return {
        (encounter.encounter_id, position): read_stored_template(finger.template, finger.sha256)
        for encounter in stored
        for position, finger in encounter.fingers.items()
        if finger.embedding is None or (of_searched and encounter.status.is_searched)
    }


def _entry(
    models: ModelBundle,
    encounter: IndexedEncounter,
    minutiae: StoredMinutiae,
    new_embeddings: NewEmbeddings,
) -> IndexEntry:
    fingers, unreadable = {}, []
    for position, finger in encounter.fingers.items():
        found = minutiae[encounter.encounter_id, position]
        if found is None:
            unreadable.append(position)
            continue
        embedding = finger.embedding
        if embedding is None:
            embedding = new_embeddings[encounter.encounter_id, position].embedding
        fingers[position] = finger_features(models, found, embedding, lists=1)
    return IndexEntry(
        encounter.encounter_id,
        encounter.person_id,
        encounter.status,
        encounter.added_by_change,
        fingers,
        tuple(unreadable),
        encounter.galleries,
        encounter.checksum,
    )


def _embed_outdated(
    models: ModelBundle, stored: Sequence[IndexedEncounter], minutiae: StoredMinutiae
) -> NewEmbeddings:
    """Compute the embeddings of readable fingers that have none of this model version."""
    outdated = {
        finger: (found, encounter.fingers[position].sha256)
        for encounter in stored
        for position in encounter.fingers
        if encounter.fingers[position].embedding is None
        and (found := minutiae[finger := (encounter.encounter_id, position)]) is not None
    }
    made = models.embedding.embed_many([found for found, _ in outdated.values()])
    made = made.astype(np.float16)
    return {
        finger: NewEmbedding(made[row], sha256)
        for row, (finger, (_, sha256)) in enumerate(outdated.items())
    }
