"""What does a running matcher ask of its index, in one piece or in shards?"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from matcher.domain.index_entry import FingerFeatures, IndexState, SnapshotFacts
from matcher.domain.operation import ReportProgress
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.room_for_index import RoomForIndex


class SearchedIndex(Protocol):
    """What is searched: in service a `ServedIndex`."""

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
        """Return whom to compare, among everybody committed before the call.

        any_position, also: see `MemoryIndex.search`. seconds_left: that the index may take to
        catch up. Raises IndexBehind, IndexDoubtful.
        """
        ...


class ServedIndex(SearchedIndex, Protocol):
    """A `FollowingIndex` or a `ShardedIndex`, whose docstrings say more."""

    @property
    def doubt(self) -> str:
        """Why it answers nothing; empty if it does."""
        ...

    @property
    def doubted(self) -> asyncio.Event:
        """Set when it is doubted."""
        ...

    async def catch_up(self) -> None:
        """Load it if necessary, and apply everything committed before this call."""
        ...

    async def check_portion(self) -> None:
        """Compare some more encounters with the database; raise IndexDoubtful."""
        ...

    async def save_snapshot(self) -> None:
        """Write a snapshot, if a file is configured and there is none of the present state."""
        ...

    async def snapshot_of_now(self) -> SnapshotFacts:
        """Write a snapshot of the present state, unless there is one, and describe it."""
        ...

    async def verify_snapshot(self) -> SnapshotFacts:
        """Load the last snapshot beside the index in use, and compare it with the database."""
        ...

    async def room(self) -> Sequence[RoomForIndex]:
        """Return what another index like it takes where it is, and what is free."""
        ...

    async def require_room(self) -> None:
        """Raise NoRoomForIndex unless `rebuild` finds room for what it loads."""
        ...

    async def load(self, report_progress: ReportProgress, like: IndexState) -> None:
        """Load it if it is not loaded, where there is room for one of another's size.

        Raises IndexDoubtful, NoRoomForIndex, and NotReady if it does not answer.
        """
        ...

    async def rebuild(self, report_progress: ReportProgress) -> IndexState:
        """Load an index from the database beside the one in use, and use it from then on."""
        ...

    async def close(self) -> None:
        """End what holds it outside of this process; it answers nothing more, then."""
        ...

    def state(self) -> IndexState:
        """Return what it holds now."""
        ...
