"""How does the index come into memory: from its snapshot, or else from the database?"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import structlog
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import SnapshotFacts
from matcher.domain.operation import ReportProgress
from matcher.domain.person_part import EVERYBODY, PersonPart
from matcher.index import snapshot
from matcher.index.bundle_files import shard_snapshot_file
from matcher.index.compaction_plan import Joining
from matcher.index.index_columns import EncounterColumns, positions_of
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder
from matcher.index.stored_columns import columns_of_stored
from matcher.models import ModelBundle
from matcher.store.index_source import EncryptedEncounters, IndexedEncounter, NewEmbeddings
from matcher.store.store import Store

_ENCOUNTERS_PER_BATCH = 500
_BATCHES_AHEAD = 2
"""Batches that are prepared while another comes into the index: more would share one GIL."""
_BATCHES_BESIDE = 20
"""Batches that come into the index while segments are sealed: about 65 MB of two fingers each."""
_SHARE_OF_READING = 0.9
"""Share of the progress that reading makes; the rest is made once the last files are joined."""

_log = structlog.get_logger(__name__)


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
        index = MemoryIndex(head)
        async with self._compacting(index) as compact, aclosing(self._read_all()) as batches:
            async for last, columns, new_embeddings in batches:
                await self.store_embeddings(new_embeddings)
                await self.pool.run(index.replace, (), columns)
                await compact(Joining.WHEN_FULL)
                await report_progress(_SHARE_OF_READING * last / max(last, head.number))
            await compact(Joining.NOW)
        await report_progress(1.0)
        return LoadedIndex(index, None)

    async def store_embeddings(self, made: NewEmbeddings) -> None:
        """Store embeddings that had to be computed, if there are any and they are kept."""
        if made and self.keeps_embeddings:
            async with self.store.write() as records:
                await records.index_source.store_embeddings(made)

    def compact(self, index: MemoryIndex, joining: Joining = Joining.AS_USUAL) -> None:
        """Seal what is in memory, and give back the room of what was removed, if it is much.

        Searches go on. Files that are in use no more are removed, but those of the snapshot. Raises
        OSError.
        """
        if index.compact(self.segment_folder, joining=joining) and self.snapshot_file is not None:
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

    async def columns(
        self, stored: Sequence[IndexedEncounter]
    ) -> tuple[EncounterColumns, NewEmbeddings]:
        """Return what `columns_of_stored` does; a finger that is left out is logged."""
        made = await self.pool.run(columns_of_stored, self.models, stored)
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

    @asynccontextmanager
    async def _compacting(
        self, index: MemoryIndex
    ) -> AsyncGenerator[Callable[[Joining], Awaitable[None]], None]:
        """Yield what compacts an index that is being loaded, beside what goes on.

        What is under way is left to go on for some batches, which stay in memory; at the end it is
        waited for. If it could not be done, the index stays in memory.
        """
        under_way: asyncio.Task[None] | None = None
        batches = 0
        fails = self.snapshot_file is None

        async def end() -> None:
            nonlocal fails, under_way
            try:
                if under_way is not None:
                    await under_way
            except OSError as error:
                _log.warning("compaction_failed", exc_info=error)
                fails = True
            finally:
                under_way = None

        async def compact(joining: Joining) -> None:
            nonlocal under_way, batches
            batches += 1
            if fails or (
                joining is Joining.WHEN_FULL
                and batches < _BATCHES_BESIDE
                and under_way is not None
                and not under_way.done()
            ):
                return
            await end()
            if not fails:
                batches = 0
                compacting = asyncio.to_thread(self.compact, index, joining)
                under_way = asyncio.create_task(compacting)

        try:
            yield compact
        finally:
            await end()

    async def _read_again(self, index: MemoryIndex, encounter_ids: Sequence[str]) -> None:
        """Replace entries by what is stored now: their templates may have been repaired since."""
        async with self.store.read() as records:
            stored = await records.index_source.of(encounter_ids, self.part)
        columns, _ = await self.columns(stored)
        await self.pool.run(index.replace, encounter_ids, columns)

    async def _read_all(self) -> AsyncGenerator[tuple[int, EncounterColumns, NewEmbeddings], None]:
        """Yield all encounters by order of addition, as `columns` makes them of some at a time.

        With each the change that added the last one. Some more are prepared meanwhile, each by a
        thread of its own.
        """
        ahead = deque[tuple[int, asyncio.Task[tuple[EncounterColumns, NewEmbeddings]]]]()
        stored = await self._added_after(0)
        try:
            while stored.rows or ahead:
                if stored.rows and len(ahead) < _BATCHES_AHEAD:
                    last = stored.rows[-1].added_by_change
                    preparing = asyncio.to_thread(_prepared, self.models, stored)
                    ahead.append((last, asyncio.create_task(preparing)))
                    stored = await self._added_after(last)
                    continue
                last, made = ahead.popleft()
                columns, new_embeddings = await made
                _log_unreadable(columns)
                yield last, columns, new_embeddings
        finally:
            unneeded = [made for _, made in ahead]
            for made in unneeded:
                made.cancel()
            await asyncio.gather(*unneeded, return_exceptions=True)

    async def _added_after(self, change: int) -> EncryptedEncounters:
        async with self.store.read() as records:
            return await records.index_source.encrypted_after(
                change, _ENCOUNTERS_PER_BATCH, self.part
            )


def _prepared(
    models: ModelBundle, stored: EncryptedEncounters
) -> tuple[EncounterColumns, NewEmbeddings]:
    return columns_of_stored(models, stored.decrypted())


def _log_unreadable(columns: EncounterColumns) -> None:
    for row in np.flatnonzero(columns.unreadable).tolist():
        encounter_id = columns.encounter_id[row].decode()
        for position in positions_of(columns.unreadable[row]):
            _log.error("template_unreadable", encounter_id=encounter_id, position=position)
