"""What is asked of a shard of the index, wherever it is: in this process, or in another one?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import IndexContents, IndexState, SnapshotFacts
from matcher.domain.operation import ReportProgress
from matcher.index.memory_index import MemoryIndex
from matcher.index.room_for_index import RoomForIndex

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadOfShard(Generic[T]):
    """What was read of a shard, and of which moment.

    contents: of the shard before that; what was read may include later changes. last_move: number
    of a change after which none that is in the shard moved an encounter to another person.
    """

    found: T
    contents: IndexContents
    last_move: int


class Shard(Protocol):
    """An index over a part of all persons, which follows the change log by itself.

    In this process it is a `FollowingIndex`, whose docstrings say more.
    """

    @property
    def doubt(self) -> str:
        """Why it is not used; empty if it is, or not loaded."""
        ...

    async def read(
        self, read: Callable[[MemoryIndex], T], at_least: ChangeToken, *, seconds_left: float
    ) -> ReadOfShard[T]:
        """Return what a function, which can be pickled, reads of it once it includes a state.

        Raises IndexBehind, IndexDoubtful, and NotReady if it does not answer.
        """
        ...

    async def catch_up(self) -> None:
        """Load it if necessary, and follow the change log to its end."""
        ...

    async def check_portion(self) -> None:
        """Compare some more encounters with the database."""
        ...

    async def distrust(self, reason: str) -> None:
        """Stop using it, and load another when it next catches up."""
        ...

    async def save_snapshot(self) -> None:
        """Write a snapshot, if a file is configured and there is none of the present state."""
        ...

    async def snapshot_of_now(self) -> SnapshotFacts:
        """Write a snapshot of the present state, and describe it."""
        ...

    async def verify_snapshot(self) -> SnapshotFacts:
        """Load the last snapshot beside it, and compare that with the database."""
        ...

    async def room(self) -> Sequence[RoomForIndex]:
        """Return what another one takes beside it, where it is, and what is free there."""
        ...

    async def load(self, report_progress: ReportProgress, like: IndexState) -> None:
        """Load it if it is not loaded, where there is room for one of another's size.

        Raises IndexDoubtful, NoRoomForIndex, and NotReady if it does not answer.
        """
        ...

    async def rebuild(self, report_progress: ReportProgress) -> IndexState:
        """Load it anew from the database beside the one in use."""
        ...

    async def close(self) -> None:
        """End what holds it outside of this process; it answers nothing more, then."""
        ...

    def state(self) -> IndexState:
        """Return what it holds; of one in another process, when that last caught up."""
        ...

    def contents(self) -> IndexContents | None:
        """Return of which state it is; of one in another process, when that last caught up."""
        ...
