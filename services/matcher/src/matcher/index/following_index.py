"""How does a search see everything that was committed before it, whichever replica changed it?"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import NoReturn, TypeVar

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import (
    ContradictoryDatabase,
    IndexDoubtful,
    NoSnapshotFile,
    NotReady,
    SnapshotUnusable,
)
from matcher.domain.index_entry import (
    NOT_LOADED,
    FingerFeatures,
    IndexContents,
    IndexState,
    SnapshotFacts,
)
from matcher.domain.operation import ReportProgress
from matcher.domain.searched_content import ContentSums
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index import snapshot
from matcher.index.content_check import ContentCheck
from matcher.index.index_loader import IndexLoader, LoadedIndex, ignore_progress
from matcher.index.index_snapshots import IndexSnapshots
from matcher.index.memory_index import MemoryIndex
from matcher.index.room_for_index import RoomForIndex, require_room, room_for
from matcher.index.shard import ReadOfShard
from matcher.index.time_to_catch_up import time_to_catch_up
from matcher.store.change_log import BrokenLog

T = TypeVar("T")

_CHANGES_PER_BATCH = 500
_RETRY_AFTER = timedelta(seconds=1)


class FollowingIndex:
    """The index, brought up to the state of the database by following its change log.

    An index of which anything is in doubt answers nothing: it is dropped, and loaded anew by
    `catch_up`. doubt: why it was dropped; empty once another is in use. doubted: set when it is.
    """

    def __init__(self, loader: IndexLoader, search_pool: WorkerPool) -> None:
        self._loader = loader
        self._search_pool = search_pool
        self._index: MemoryIndex | None = None
        self._snapshots = IndexSnapshots(loader)
        self._advancing: asyncio.Task[MemoryIndex] | None = None
        self._content_check = ContentCheck(loader.store, loader.pool, loader.part)
        self._last_move = 0  # no later move of an encounter to another person is in the index
        self.doubt = ""
        self.doubted = asyncio.Event()

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
        also: Sequence[str] = (),
        seconds_left: float,
    ) -> Shortlist:
        """Return the shortlist of a search over everything committed before this call.

        any_position, also: see `MemoryIndex.search`. seconds_left: that catching up with the
        change log may take. Raises IndexBehind, IndexDoubtful.
        """
        self._require_no_doubt()
        deadline = time.monotonic() + seconds_left
        async with time_to_catch_up(seconds_left):
            head = await self._head()
        read = partial(
            MemoryIndex.search,
            probe=probe,
            scope=scope,
            depth=depth,
            any_position=any_position,
            also=also,
        )
        return (await self.read(read, head, seconds_left=deadline - time.monotonic())).found

    async def read(
        self, read: Callable[[MemoryIndex], T], at_least: ChangeToken, *, seconds_left: float
    ) -> ReadOfShard[T]:
        """Return what a function reads of the index as soon as that includes a state.

        seconds_left: that catching up with the change log may take. Raises IndexBehind,
        IndexDoubtful.
        """
        self._require_no_doubt()
        async with time_to_catch_up(seconds_left):
            index = await self._caught_up_with(at_least)
        contents = index.contents  # before, and the last move after: nothing read is earlier
        found = await self._search_pool.run(read, index)
        self._require_no_doubt()
        return ReadOfShard(found, contents, self._last_move)

    def contents(self) -> IndexContents | None:
        """Return of which state the index is, and the sums of what it holds; None if not loaded."""
        return None if self._index is None else self._index.contents

    async def distrust(self, reason: str) -> None:
        """Stop using the index, and load another when it next catches up."""
        with suppress(IndexDoubtful):
            self._drop(self._index, reason)

    async def catch_up(self) -> None:
        """Load the index if necessary, apply everything committed before this call, end any doubt.

        Raises IndexDoubtful if what was loaded or applied is not what the database should hold.
        """
        await self._caught_up_with(await self._head())
        self._require_no_doubt()

    async def check_portion(self) -> None:
        """Compare some more encounters one by one; raise IndexDoubtful."""
        index = self._index
        if index is not None and (reason := await self._content_check.check_portion(index)):
            self._drop(index, reason)

    async def compact(self) -> None:
        """Seal what is in memory, and give back the room of what was removed, if it is much.

        Searches go on. Raises OSError.
        """
        if self._index is not None:
            await asyncio.to_thread(self._loader.compact, self._index)

    async def save_snapshot(self) -> None:
        """Write a snapshot, if there is none of the present state; see `IndexSnapshots.save`."""
        if (index := self._index) is not None:
            await self._snapshots.save(index, lambda: self._index is index)

    def remove_snapshot(self) -> None:
        """Remove the snapshot, if there is one, so that the index is read from the database."""
        self._snapshots.remove()

    async def snapshot_of_now(self) -> SnapshotFacts:
        """Write a snapshot of the present state, unless that is written already, and describe it.

        Raises NoSnapshotFile, NotReady, OSError.
        """
        if self._loader.snapshot_file is None:
            raise NoSnapshotFile("no snapshot_file is configured for this replica")
        await self.save_snapshot()
        if self._index is None or self._snapshots.change is None:
            raise NotReady("not ready: the index is not loaded", retry_after=_RETRY_AFTER)
        return await self._loader.snapshot_facts()

    async def verify_snapshot(self) -> SnapshotFacts:
        """Load the last snapshot beside the index in use, and compare it with the database.

        Raises NoSnapshotFile, SnapshotUnusable.
        """
        if self._loader.snapshot_file is None:
            raise NoSnapshotFile("no snapshot_file is configured for this replica")
        try:
            facts = await self._loader.snapshot_facts()
            await self._follow_to_the_end((await self._loader.load_snapshot()).index)
        except snapshot.UnusableSnapshot as unusable:
            raise SnapshotUnusable(f"the snapshot cannot be used: {unusable}") from None
        except IndexDoubtful as doubtful:
            raise SnapshotUnusable(f"the snapshot cannot be used: {doubtful.doubt}") from None
        return facts

    async def room(self) -> Sequence[RoomForIndex]:
        """Return what another index like the one in use takes beside it, and what is free."""
        return [await self._room_for(self.state())]

    async def require_room(self) -> None:
        """Raise NoRoomForIndex unless another index fits in beside the one in use."""
        require_room(await self.room())

    async def load(self, report_progress: ReportProgress, like: IndexState) -> None:
        """Load the index if it is not loaded, where there is room for one of another's size.

        Raises IndexDoubtful, NoRoomForIndex.
        """
        await self._until_advanced()
        if self._index is None:
            require_room([await self._room_for(like)])
            try:
                await self._load(report_progress)
            except IndexDoubtful as doubtful:
                self._drop(None, doubtful.doubt)

    async def rebuild(self, report_progress: ReportProgress) -> IndexState:
        """Load an index from the database beside the one in use, and use it from then on.

        Raises ContradictoryDatabase, NoRoomForIndex.
        """
        await self.require_room()
        loaded = await self._loader.load_database(report_progress)
        try:
            await self._follow_to_the_end(loaded.index)
        except IndexDoubtful as doubtful:
            raise ContradictoryDatabase(f"no index can be made: {doubtful.doubt}") from None
        await self._until_advanced()
        self._use(loaded)
        return self.state()

    async def close(self) -> None:
        """End nothing: whoever still searches the index goes on, and it is gone with the last."""

    def state(self) -> IndexState:
        """Return what the index holds now."""
        if self._index is None:
            return NOT_LOADED
        people, fingers, size_bytes = self._index.size
        return IndexState(
            self._index.change_token.number,
            people,
            fingers,
            size_bytes,
            self._snapshots.change,
            self._index.unreadable,
        )

    def snapshot_is_due(self, interval_changes: int, deleted_seconds: float) -> bool:
        """Return whether a new snapshot is due; see `IndexSnapshots.is_due`."""
        return self._index is not None and self._snapshots.is_due(
            self._index, interval_changes, deleted_seconds
        )

    async def _room_for(self, index: IndexState) -> RoomForIndex:
        return await asyncio.to_thread(room_for, index, self._loader.snapshot_file)

    async def _head(self) -> ChangeToken:
        """Return the latest state of the database; raise IndexDoubtful if it is of another past."""
        index = self._index
        held = None if index is None else index.contents  # no later than what is read now
        async with self._loader.store.read_once() as records:
            latest = await records.changes.state()
        if held is not None and held.change_token != latest.change_token:
            async with self._loader.store.read() as records:
                latest = await records.changes.state()
                is_past = await records.changes.contains(held.change_token)
        else:
            is_past = True
        if index is not None and not is_past:
            self._drop(index, "the past of the index is not that of the database")
        if index is not None and held is not None and held.change_token == latest.change_token:
            try:
                self._require_sums(held.sums, latest.sums)
            except IndexDoubtful as doubtful:
                self._drop(index, doubtful.doubt)
        return latest.change_token

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
        index = self._index
        try:
            if index is None:
                return await self._load()
            await self._follow(index)
        except IndexDoubtful as doubtful:
            self._drop(index, doubtful.doubt)
        if self._index is not index:
            raise IndexDoubtful(self.doubt, _RETRY_AFTER)
        return index

    async def _until_advanced(self) -> None:
        while self._advancing is not None and not self._advancing.done():
            await asyncio.wait([self._advancing])

    async def _load(self, report_progress: ReportProgress = ignore_progress) -> MemoryIndex:
        loaded = await self._loader.load(report_progress, use_snapshot=not self.doubt)
        if not loaded.index.is_purged:
            self._snapshots.note_deletion_before()
        await self._follow_to_the_end(loaded.index)
        self._use(loaded)
        return loaded.index

    def _use(self, loaded: LoadedIndex) -> None:
        self._last_move = max(self._last_move, loaded.index.change_token.number)
        self._index = loaded.index
        self._snapshots.are_of(loaded)
        self.doubt = ""

    async def _follow_to_the_end(self, index: MemoryIndex) -> None:
        """Apply all changes of the log, until its sums were compared with those of the database.

        Raises IndexDoubtful.
        """
        while not await self._follow(index):
            pass

    async def _follow(self, index: MemoryIndex) -> bool:
        """Apply the next changes of the log; return whether that was all, and the sums agree.

        Raises IndexDoubtful.
        """
        async with self._loader.store.read() as records:
            latest = await records.changes.state()
            try:
                changes = await records.changes.after(
                    index.change_token, latest, _CHANGES_PER_BATCH
                )
            except BrokenLog as broken:
                raise IndexDoubtful(str(broken), _RETRY_AFTER) from None
            stored = await records.index_source.of(changes.encounter_ids, self._loader.part)
            others = {*changes.encounter_ids} - {encounter.encounter_id for encounter in stored}
            is_deleted = bool(others) and not await records.index_source.are_stored(others)
        columns, new_embeddings = await self._loader.columns(stored)
        await self._loader.store_embeddings(new_embeddings)
        # Encounters are read as they are now, so where the log goes on they may be moved already.
        is_end = changes.last == latest.change_token
        last_move = changes.last_move if is_end else latest.change_token.number
        self._last_move = max(self._last_move, last_move)
        if changes.last != index.change_token:
            await self._loader.pool.run(index.replace, changes.encounter_ids, columns, changes.last)
        if is_deleted:
            self._snapshots.note_deletion()
        if is_end:
            self._require_sums(index.contents.sums, latest.sums)
        return is_end

    def _drop(self, index: MemoryIndex | None, reason: str) -> NoReturn:
        """Stop using an index, until one is loaded of which nothing is in doubt.

        index: None if the one that was being loaded is in doubt. Raises IndexDoubtful.
        """
        if self._index in (index, None):
            self._index, self._advancing, self.doubt = None, None, reason
            self.doubted.set()
        raise IndexDoubtful(reason, _RETRY_AFTER)

    def _require_no_doubt(self) -> None:
        if self.doubt:
            raise IndexDoubtful(self.doubt, _RETRY_AFTER)

    def _require_sums(self, held: ContentSums, stored: ContentSums) -> None:
        """Raise IndexDoubtful if an index does not hold what the database's changes left.

        Of a part of it only `ShardedIndex` can tell, which knows the others.
        """
        if self._loader.part.is_whole:
            require_sums(held, stored)


def require_sums(held: ContentSums, stored: ContentSums) -> None:
    """Raise IndexDoubtful if an index does not hold what the database's changes left."""
    if held != stored:
        raise IndexDoubtful(
            f"the index holds {held}; the database's changes left {stored}", _RETRY_AFTER
        )
