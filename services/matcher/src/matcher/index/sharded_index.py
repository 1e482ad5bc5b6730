"""How do shards, each of which follows the database by itself, answer as one index at one moment?

A search leaves out what was added after it came in, so it does not matter which shards have applied
that already. All other changes concern one shard, but one: an encounter that moves from a person of
one shard to a person of another would be in both, or in neither, if one shard had applied the move
and the other had not. Then it is searched again, once both have.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import reduce
from itertools import chain
from typing import Any, TypeVar

from servicekit.process.worker_pool import one_piece_of_work

from matcher.domain.errors import IndexBehind, IndexDoubtful
from matcher.domain.index_entry import (
    NOT_LOADED,
    FingerFeatures,
    IndexContents,
    IndexState,
    SnapshotFacts,
)
from matcher.domain.operation import ReportProgress, progress_of_part
from matcher.domain.searched_content import ContentSums
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.following_index import require_sums
from matcher.index.memory_index import MemoryIndex
from matcher.index.ranked_persons import ShardQuery
from matcher.index.room_for_index import RoomForIndex, require_room
from matcher.index.search_of_shards import search_shards
from matcher.index.shard import ReadOfShard, Shard
from matcher.index.time_to_catch_up import time_to_catch_up
from matcher.store.change_log import DatabaseState
from matcher.store.store import Store

T = TypeVar("T")

_RETRY_AFTER = timedelta(seconds=1)


class ShardedIndex:
    """An index whose persons are divided among shards; it answers only if all of them do.

    doubt: why it answers nothing; empty if it does. doubted: set when a shard is doubted.
    """

    def __init__(self, store: Store, shards: Sequence[Shard]) -> None:
        self._store = store
        self._shards = shards
        self.doubted = asyncio.Event()

    @property
    def doubt(self) -> str:
        """Why a shard is not used."""
        return next((shard.doubt for shard in self._shards if shard.doubt), "")

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

        See `FollowingIndex.search`. Raises NotReady, too, if a shard does not answer.
        """
        deadline = time.monotonic() + seconds_left
        while True:
            async with time_to_catch_up(deadline - time.monotonic()):
                latest = await self._latest()
            within = scope.until(latest.change_token.number)
            query = ShardQuery(probe, within, depth, any_position, also)
            readings = [_Reading(shard, latest, deadline) for shard in self._shards]
            try:
                with one_piece_of_work():
                    found = await search_shards(readings, query, latest.change_token)
            except IndexDoubtful:
                self.doubted.set()
                raise
            await self._require_one_past(latest, readings, deadline)
            if _is_one_moment(readings):
                return found
            if time.monotonic() >= deadline:
                raise IndexBehind("encounters are being moved", retry_after=_RETRY_AFTER)

    async def catch_up(self) -> None:
        """Bring all shards up to the database, and compare the sums of all with its sums.

        Raises IndexDoubtful, and NotReady if a shard does not answer.
        """
        await self._of_all(lambda shard: shard.catch_up())
        latest = await self._latest()
        contents = [each for shard in self._shards if (each := shard.contents()) is not None]
        if len(contents) == len(self._shards):  # else one was dropped meanwhile
            await self._require_sums(latest, contents)

    async def check_portion(self) -> None:
        """Compare some more encounters of each shard one by one; raise IndexDoubtful."""
        await self._of_all(lambda shard: shard.check_portion())

    async def save_snapshot(self) -> None:
        """Write a snapshot of each shard. Raises OSError."""
        await self._of_all(lambda shard: shard.save_snapshot())

    async def snapshot_of_now(self) -> SnapshotFacts:
        """Write a snapshot of each shard, and describe them together."""
        return _joined_facts(await self._of_all(lambda shard: shard.snapshot_of_now()))

    async def verify_snapshot(self) -> SnapshotFacts:
        """Load the last snapshot of each shard, and compare it with the database."""
        return _joined_facts(await self._of_all(lambda shard: shard.verify_snapshot()))

    async def room(self) -> Sequence[RoomForIndex]:
        """Return what another one of each shard takes where it is, and what is free there."""
        return [*chain(*await self._of_all(lambda shard: shard.room()))]

    async def require_room(self) -> None:
        """Raise NoRoomForIndex unless each shard fits in beside itself: one is loaded at a time."""
        for room in await self.room():
            require_room([room])

    async def load(self, report_progress: ReportProgress, like: IndexState) -> None:
        """Load each shard that is not loaded, one after the other.

        See `FollowingIndex.load`. Raises NotReady, too, if a shard does not answer.
        """
        count = len(self._shards)
        like_a_shard = replace(
            like, size_bytes=like.size_bytes // count, fingers=like.fingers // count
        )
        for number, shard in enumerate(self._shards):
            await shard.load(progress_of_part(report_progress, number, count), like_a_shard)

    async def rebuild(self, report_progress: ReportProgress) -> IndexState:
        """Load each shard from the database beside the one in use, one after the other."""
        for number, shard in enumerate(self._shards):
            await shard.rebuild(progress_of_part(report_progress, number, len(self._shards)))
        return self.state()

    async def close(self) -> None:
        """End what holds shards outside of this process."""
        await self._of_all(lambda shard: shard.close())

    def state(self) -> IndexState:
        """Return what all shards hold together."""
        states = [shard.state() for shard in self._shards]
        if NOT_LOADED in states:
            return NOT_LOADED
        snapshots = [each for state in states if (each := state.snapshot_change) is not None]
        return IndexState(
            min(state.applied_change for state in states),
            sum(state.people for state in states),
            sum(state.fingers for state in states),
            sum(state.size_bytes for state in states),
            min(snapshots) if len(snapshots) == len(states) else None,
            tuple(sorted(finger for state in states for finger in state.unreadable)),
        )

    async def _latest(self) -> DatabaseState:
        async with self._store.read_once() as records:
            return await records.changes.state()

    async def _of_all(self, ask: Callable[[Shard], Awaitable[T]]) -> list[T]:
        """Ask all shards at once; raise what one raised when all have answered."""
        with one_piece_of_work():
            answers = await asyncio.gather(
                *(ask(shard) for shard in self._shards), return_exceptions=True
            )
        for answer in answers:
            if isinstance(answer, IndexDoubtful):
                self.doubted.set()
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if not isinstance(answer, BaseException)]

    async def _require_one_past(
        self, latest: DatabaseState, readings: "list[_Reading]", deadline: float
    ) -> None:
        """Distrust shards whose past is not the database's; raise IndexBehind, IndexDoubtful."""
        contents = [reading.reads[0].contents for reading in readings]
        tokens = {read.contents.change_token for each in readings for read in each.reads}
        if others := tokens - {latest.change_token}:
            async with time_to_catch_up(deadline - time.monotonic()), self._store.read() as records:
                are_past = [await records.changes.contains(token) for token in others]
            if not all(are_past):
                await self._distrust("the past of the index is not that of the database")
        await self._require_sums(latest, contents)

    async def _require_sums(self, latest: DatabaseState, contents: list[IndexContents]) -> None:
        """Compare sums if all shards are of the database's latest state; raise IndexDoubtful."""
        if any(each.change_token != latest.change_token for each in contents):
            return
        sums = reduce(ContentSums.joined_with, (each.sums for each in contents))
        try:
            require_sums(sums, latest.sums)
        except IndexDoubtful as doubtful:
            await self._distrust(doubtful.doubt)

    async def _distrust(self, reason: str) -> None:
        await self._of_all(lambda shard: shard.distrust(reason))
        self.doubted.set()
        raise IndexDoubtful(reason, _RETRY_AFTER)


@dataclass(slots=True)
class _Reading:
    """A shard as one search reads it. reads: all that it has read so far."""

    shard: Shard
    latest: DatabaseState
    deadline: float
    reads: list[ReadOfShard[Any]] = field(default_factory=list)

    async def __call__(self, read: Callable[[MemoryIndex], T]) -> T:
        seconds_left = self.deadline - time.monotonic()
        answer = await self.shard.read(read, self.latest.change_token, seconds_left=seconds_left)
        self.reads.append(answer)
        return answer.found


def _is_one_moment(readings: Sequence[_Reading]) -> bool:
    """Return whether all shards had applied each move that any of them may have shown."""
    reads = [read for reading in readings for read in reading.reads]
    applied_by_all = min(read.contents.change_token.number for read in reads)
    return max(read.last_move for read in reads) <= applied_by_all


def _joined_facts(facts: Sequence[SnapshotFacts]) -> SnapshotFacts:
    return SnapshotFacts(
        min((each.change_token for each in facts), key=lambda token: token.number),
        sum(each.encounters for each in facts),
        sum(each.size_bytes for each in facts),
    )
