"""The index as searches see it: never behind what was committed before they came in."""

import asyncio
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import IndexBehind
from matcher.domain.shortlist import FingerFeatures, IndexState, SearchDepth, SearchScope, Shortlist
from matcher.index import snapshot
from matcher.index.index_loader import IndexLoader
from matcher.index.memory_index import MemoryIndex

_BATCH = 500
_RETRY_AFTER = timedelta(seconds=1)


class FollowingIndex:
    """Keeps a gallery at the state of the database, whichever replica changed that."""

    def __init__(self, loader: IndexLoader, searches: WorkerPool) -> None:
        self._loader = loader
        self._searches = searches
        self._gallery: MemoryIndex | None = None
        self._saved = 0
        self._writing = threading.Lock()
        self._deleted_since: float | None = None
        self._step: asyncio.Task[None] | None = None

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        reach: SearchDepth,
        *,
        within: float,
    ) -> Shortlist:
        """The most promising persons, by everything committed before this call.

        within: seconds that may be spent on catching up, else IndexBehind is raised.
        """
        try:
            async with asyncio.timeout(within):
                gallery = await self._reach(await self._head())
        except TimeoutError:
            raise IndexBehind("the index is behind", retry_after=_RETRY_AFTER) from None
        return await self._searches.run(gallery.search, probe, scope, reach)

    async def catch_up(self) -> None:
        """Load the gallery if need be, and apply all that is committed by now."""
        await self._reach(await self._head())

    async def save(self) -> None:
        """Write a snapshot, if a file for it is configured and something changed since the last."""
        file, gallery = self._loader.snapshot_file, self._gallery
        if file is None or gallery is None or gallery.at.number == self._saved:
            return
        label = self._loader.label(gallery.at)
        since, self._deleted_since = self._deleted_since, None
        try:
            await asyncio.to_thread(self._write, file, label, gallery)
        except OSError:
            self._deleted_since = since
            raise
        self._saved = label.change

    def state(self) -> IndexState:
        """What the index holds now."""
        if self._gallery is None:
            return IndexState(0, 0, 0, 0, 0)
        people, fingers, size_bytes = self._gallery.size
        return IndexState(self._gallery.at.number, people, fingers, size_bytes, self._saved)

    def snapshot_is_due(self, changes: int, seconds: float) -> bool:
        """Whether so many changes came since the last, or it holds what was deleted so long ago."""
        unsaved = self._gallery.at.number - self._saved if self._gallery else 0
        since = self._deleted_since
        return unsaved >= changes or (since is not None and time.monotonic() - since >= seconds)

    def _write(self, file: Path, label: snapshot.SnapshotHeader, gallery: MemoryIndex) -> None:
        # A save that is cancelled, as when the service ends, goes on in its thread: wait for it.
        with self._writing:
            snapshot.write(file, label, gallery.entries())

    async def _head(self) -> ChangeToken:
        async with self._loader.store.read() as records:
            return await records.changes.head()

    async def _reach(self, head: ChangeToken) -> MemoryIndex:
        """Apply changes up to this one; everybody who waits shares the steps."""
        while (gallery := self._gallery) is None or not gallery.at.includes(head):
            if self._step is None or self._step.done():
                self._step = asyncio.create_task(self._advance())
            await asyncio.shield(self._step)
            if self._gallery and self._gallery.at.database_epoch != head.database_epoch:
                head = await self._head()  # else a state would be waited for that is no more
        return gallery

    async def _advance(self) -> None:
        loader, gallery = self._loader, self._gallery
        async with loader.store.read() as records:
            head = await records.changes.head()
            if gallery is not None and gallery.at.database_epoch == head.database_epoch:
                last, touched = await records.changes.after(gallery.at.number, _BATCH)
                version = loader.models.embedding_version
                stored = await records.changes.entries(touched, version)
        if gallery is None or gallery.at.database_epoch != head.database_epoch:
            loaded = await loader.load()
            self._gallery, self._saved = loaded.gallery, loaded.saved
            return
        entries, _ = await loader.entries(stored)
        await loader.pool.run(
            gallery.update, touched, entries, ChangeToken(head.database_epoch, last)
        )
        if not {one.encounter_id for one in stored}.issuperset(touched):
            self._deleted_since = self._deleted_since or time.monotonic()
