"""How does a search see everything that was committed before it, whichever replica changed it?"""

import asyncio
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import IndexBehind
from matcher.domain.index_entry import NO_SNAPSHOT, NOT_LOADED, FingerFeatures, IndexState
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index import snapshot
from matcher.index.index_loader import IndexLoader
from matcher.index.memory_index import MemoryIndex

_CHANGES_PER_BATCH = 500
_RETRY_AFTER = timedelta(seconds=1)


class FollowingIndex:
    """The index, brought up to the state of the database by following its change log."""

    def __init__(self, loader: IndexLoader, search_pool: WorkerPool) -> None:
        self._loader = loader
        self._search_pool = search_pool
        self._index: MemoryIndex | None = None
        self._snapshot_change = NO_SNAPSHOT
        self._writing_snapshot = threading.Lock()
        self._first_deletion: float | None = None  # since the last snapshot, monotonic seconds
        self._advancing: asyncio.Task[MemoryIndex] | None = None

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        seconds_left: float,
    ) -> Shortlist:
        """Return the shortlist of a search over everything committed before this call.

        seconds_left: that catching up with the change log may take. Raises IndexBehind.
        """
        try:
            async with asyncio.timeout(seconds_left):
                index = await self._caught_up_with(await self._head())
        except TimeoutError:
            raise IndexBehind("the index is behind", retry_after=_RETRY_AFTER) from None
        return await self._search_pool.run(index.search, probe, scope, depth)

    async def catch_up(self) -> None:
        """Load the index if necessary, and apply everything committed before this call."""
        await self._caught_up_with(await self._head())

    async def save_snapshot(self) -> None:
        """Write a snapshot, if a file is configured and a change was applied since the last.

        Raises OSError.
        """
        file, index = self._loader.snapshot_file, self._index
        if file is None or index is None or index.change_token.number == self._snapshot_change:
            return
        header = self._loader.snapshot_header(index.change_token)
        first_deletion, self._first_deletion = self._first_deletion, None
        try:
            await asyncio.to_thread(self._write_snapshot, file, header, index)
        except OSError:
            self._first_deletion = first_deletion
            raise
        self._snapshot_change = header.change

    def state(self) -> IndexState:
        """Return what the index holds now."""
        if self._index is None:
            return NOT_LOADED
        people, fingers, size_bytes = self._index.size
        return IndexState(
            self._index.change_token.number, people, fingers, size_bytes, self._snapshot_change
        )

    def snapshot_is_due(self, interval_changes: int, deleted_seconds: float) -> bool:
        """Return whether a new snapshot is due.

        It is if at least ``interval_changes`` were applied since the last one, or if that one has
        held an encounter that was deleted since for at least ``deleted_seconds``.
        """
        if self._index is None:
            return False
        deleted = self._first_deletion
        if deleted is not None and time.monotonic() - deleted >= deleted_seconds:
            return True
        return self._index.change_token.number - self._snapshot_change >= interval_changes

    def _write_snapshot(
        self, file: Path, header: snapshot.SnapshotHeader, index: MemoryIndex
    ) -> None:
        # A save that is cancelled, as when the service ends, goes on in its thread: wait for it.
        with self._writing_snapshot:
            snapshot.write(file, header, index.entries())

    async def _head(self) -> ChangeToken:
        async with self._loader.store.read() as records:
            return await records.changes.head()

    async def _caught_up_with(self, head: ChangeToken) -> MemoryIndex:
        """Return the index when it includes this state; all callers that wait share the work."""
        index = self._index
        while index is None or not index.change_token.includes(head):
            if self._advancing is None or self._advancing.done():
                self._advancing = asyncio.create_task(self._advance())
            index = await asyncio.shield(self._advancing)
            if index.change_token.database_epoch != head.database_epoch:
                head = await self._head()  # the state waited for is of an epoch that has ended
        return index

    async def _advance(self) -> MemoryIndex:
        """Load the index, or apply the next changes of the log to it, and return it."""
        loader, index = self._loader, self._index
        async with loader.store.read() as records:
            head = await records.changes.head()
            if index is not None and index.change_token.database_epoch == head.database_epoch:
                last, changed = await records.changes.after(
                    index.change_token.number, _CHANGES_PER_BATCH
                )
                stored = await records.index_source.of(changed)
        if index is None or index.change_token.database_epoch != head.database_epoch:
            loaded = await loader.load()
            self._index, self._snapshot_change = loaded.index, loaded.snapshot_change
            return loaded.index
        entries, _ = await loader.entries(stored)
        change_token = ChangeToken(head.database_epoch, last)
        await loader.pool.run(index.update, changed, entries, change_token)
        if not {encounter.encounter_id for encounter in stored}.issuperset(changed):
            self._first_deletion = self._first_deletion or time.monotonic()
        return index
