"""The index as searches see it: never behind what was committed before they came in."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from servicekit.pool import Pool

from matcher.domain.biometrics import Embedding
from matcher.domain.change import Change
from matcher.domain.errors import IndexBehind
from matcher.domain.gallery import IndexState, Scope, Shortlist
from matcher.index import snapshot
from matcher.index.gallery import Gallery
from matcher.index.loading import Loader

_BATCH = 500
_RETRY_AFTER = timedelta(seconds=1)


class Follower:
    """Keeps a gallery at the state of the database, whichever replica changed that."""

    def __init__(self, loader: Loader, searches: Pool) -> None:
        self._loader = loader
        self._searches = searches
        self._gallery = Gallery()
        self._at: Change | None = None
        self._saved = 0
        self._step: asyncio.Task[None] | None = None

    async def search(
        self, probe: Mapping[int, Embedding], scope: Scope, *, count: int, within: float
    ) -> Shortlist:
        """The ``count`` most similar persons, by everything committed before this call.

        within: seconds that may be spent on catching up, else IndexBehind is raised.
        """
        async with self._loader.store.read() as records:
            head = await records.changes.head()
        try:
            async with asyncio.timeout(within):
                await self._reach(head)
        except TimeoutError:
            raise IndexBehind("the index is behind", retry_after=_RETRY_AFTER) from None
        assert self._at is not None  # noqa: S101  reached above
        at = self._at
        persons, people = await self._searches.run(self._gallery.search, probe, scope, count)
        return Shortlist(persons, people, at)

    async def catch_up(self) -> None:
        """Load the gallery if need be, and apply all that is committed by now."""
        async with self._loader.store.read() as records:
            head = await records.changes.head()
        await self._reach(head)

    async def save(self) -> None:
        """Write a snapshot, if a file for it is configured and something changed since the last."""
        file, at, gallery = self._loader.snapshot_file, self._at, self._gallery
        if file is None or at is None or at.number == self._saved:
            return
        label = snapshot.Label(at.incarnation, at.number, self._loader.version)
        await asyncio.to_thread(lambda: snapshot.write(file, label, gallery.entries()))
        self._saved = at.number

    def state(self) -> IndexState:
        """What the index holds now."""
        people, fingers, size_bytes = self._gallery.size()
        applied = self._at.number if self._at else 0
        return IndexState(applied, people, fingers, size_bytes, self._saved)

    @property
    def unsaved(self) -> int:
        """Changes applied since the last snapshot."""
        return self._at.number - self._saved if self._at else 0

    async def _reach(self, head: Change) -> None:
        """Apply changes up to this one; everybody who waits shares the steps."""
        while self._at is None or not self._at.includes(head):
            if self._step is None or self._step.done():
                self._step = asyncio.create_task(self._advance())
            await asyncio.shield(self._step)

    async def _advance(self) -> None:
        loader, at = self._loader, self._at
        async with loader.store.read() as records:
            head = await records.changes.head()
            if at is not None and at.incarnation == head.incarnation:
                last, touched = await records.changes.after(at.number, _BATCH)
                page = await records.changes.entries(touched, loader.version)
        if at is None or at.incarnation != head.incarnation:
            loaded = await loader.load()
            self._gallery, self._at, self._saved = loaded.gallery, loaded.at, loaded.saved
            return
        entries, _ = await loader.complete(page)
        await loader.pool.run(self._gallery.update, touched, entries)
        self._at = Change(at.incarnation, last)
