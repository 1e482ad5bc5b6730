"""A gallery from its snapshot, or else from the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from servicekit.pool import Pool

from matcher.domain.biometrics import Embedding
from matcher.domain.change import Change
from matcher.domain.gallery import Entry
from matcher.index import snapshot
from matcher.index.gallery import Gallery
from matcher.store.changes import Page, Stale
from matcher.store.store import Store

_PAGE = 500

_log = structlog.get_logger(__name__)

Embed = Callable[[Sequence[bytes]], Sequence[Embedding]]
"""Makes embeddings of templates; keeps a core busy."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A gallery. saved: change of the snapshot it came from, or 0."""

    gallery: Gallery
    saved: int


@dataclass(frozen=True, slots=True)
class Loader:
    """Makes galleries. version: of the embeddings that ``embed`` makes."""

    store: Store
    pool: Pool
    embed: Embed
    version: str
    snapshot_file: Path | None

    async def load(self) -> Loaded:
        """A gallery that is complete up to some change, for the log to go on from."""
        async with self.store.read() as records:
            head = await records.changes.head()
        try:
            return await self._from_snapshot(head)
        except snapshot.Unusable as unusable:
            _log.info("index_rebuild", reason=f"no snapshot is used: {unusable}")
        return await self._from_database(head)

    async def complete(self, page: Page) -> tuple[list[Entry], list[tuple[Stale, Embedding]]]:
        """The page's entries with what was stale made anew, and that apart, to be kept."""
        if not page.stale:
            return list(page.entries), []
        templates = [stale.template for stale in page.stale]
        made = list(zip(page.stale, await self.pool.run(self.embed, templates), strict=True))
        fresh: dict[str, dict[int, Embedding]] = {}
        for stale, embedding in made:
            fresh.setdefault(stale.encounter_id, {})[stale.position] = embedding
        entries = [
            replace(entry, embeddings={**entry.embeddings, **fresh.get(entry.encounter_id, {})})
            for entry in page.entries
        ]
        return entries, made

    async def _from_snapshot(self, head: Change) -> Loaded:
        if self.snapshot_file is None:
            raise snapshot.Unusable("none is configured")
        change, entries = await self.pool.run(
            snapshot.read, self.snapshot_file, head.incarnation, self.version
        )
        if change > head.number:
            raise snapshot.Unusable("it is of a later state than the database")
        gallery = Gallery(Change(head.incarnation, change))
        await self.pool.run(gallery.update, (), entries)
        return Loaded(gallery, saved=change)

    async def _from_database(self, head: Change) -> Loaded:
        gallery, added = Gallery(head), 0
        while True:
            async with self.store.read() as records:
                page = await records.changes.entries_after(added, _PAGE, self.version)
            if not page.entries:
                return Loaded(gallery, saved=0)
            entries, made = await self.complete(page)
            if made:
                async with self.store.write() as records:
                    await records.changes.reembed(made, self.version)
            await self.pool.run(gallery.update, (), entries)
            added = entries[-1].added
