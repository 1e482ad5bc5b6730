"""How do several processes that hold the same shard answer as one, though some end or hang?"""

import asyncio
import pickle
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any, TypeVar, cast

from servicekit.errors import DomainError

from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import IndexDoubtful, NotReady
from matcher.domain.index_entry import NOT_LOADED, IndexContents, IndexState, SnapshotFacts
from matcher.domain.operation import ReportProgress, progress_of_part
from matcher.domain.person_part import PersonPart
from matcher.index.memory_index import MemoryIndex
from matcher.index.room_for_index import RoomForIndex
from matcher.index.shard import ReadOfShard
from matcher.shard_process import Refusal, ShardStatus
from matcher.shard_replica import (
    IN_SERVICE,
    AnswerLimits,
    RemoteProcess,
    ShardReplica,
    no_replica_answers,
)

T = TypeVar("T")

_RETRY_AFTER = timedelta(seconds=1)
_PAUSE_SECONDS = 0.05
"""Until replicas are asked again of which none has answered."""
_OTHERS_SECONDS = 2.0
"""After which a search asks another replica, if there is one: the first may stand still."""
_REMOVAL_SECONDS = 3.0
"""That the removal of files is waited for, which goes on without."""


class ReplicatedShard:
    """A shard in as many processes as it has replicas, of which one answers.

    A replica that ends is started anew, and loads its part from its snapshot; it is asked again
    once it has caught up. is_closed: whether all have ended for good.
    """

    def __init__(
        self,
        part: PersonPart,
        processes: Sequence[RemoteProcess],
        limits: AnswerLimits = IN_SERVICE,
    ) -> None:
        self._part = part
        self._replicas = [ShardReplica(part, process, limits) for process in processes]
        self._status: ShardStatus | None = None
        self.is_closed = False

    @property
    def doubt(self) -> str:
        """Why no replica is used; empty if one is, or may be."""
        doubts = [replica.doubt for replica in self._replicas]
        return doubts[0] if all(doubts) else ""

    async def read(
        self, read: Callable[[MemoryIndex], T], at_least: ChangeToken, *, seconds_left: float
    ) -> ReadOfShard[T]:
        """Return what a function reads, of the first replica that can answer in time.

        Raises IndexBehind, IndexDoubtful, NotReady.
        """
        deadline = time.monotonic() + seconds_left
        pickled = pickle.dumps(read, pickle.HIGHEST_PROTOCOL)
        while not self.is_closed:
            error: DomainError = IndexDoubtful(self.doubt, _RETRY_AFTER)
            for replica in self._ready_first():
                left = max(0.0, deadline - time.monotonic())
                seconds = min(left, _OTHERS_SECONDS) if len(self._replicas) > 1 else left
                try:
                    async with asyncio.timeout(seconds + _OTHERS_SECONDS):
                        answer = await replica.process.ask("read", pickled, at_least, seconds)
                except (NotReady, TimeoutError) as lost:
                    error = replica.lost(lost)
                    continue
                replica.has_answered()
                found = pickle.loads(answer)  # noqa: S301  from a process of our own
                if not isinstance(found, Refusal):
                    return cast(ReadOfShard[T], found)
                error = found.error()
            if isinstance(error, IndexDoubtful) or time.monotonic() >= deadline:
                raise error
            await asyncio.sleep(_PAUSE_SECONDS)
        raise no_replica_answers(self._part)

    async def catch_up(self) -> None:
        """Let all replicas catch up, and return as soon as one has; others may still be loading.

        Raises what one that failed raised, if all did.
        """
        following = {replica.catching_up() for replica in self._replicas}
        error: BaseException | None = None
        while following:
            ended, following = await asyncio.wait(following, return_when=asyncio.FIRST_COMPLETED)
            if succeeded := [task for task in ended if task.exception() is None]:
                self._status = succeeded[0].result()
                return
            error = ended.pop().exception()
        raise error or no_replica_answers(self._part)

    async def check_portion(self) -> None:
        """Compare some more encounters of each replica with the database."""
        await self._of_ready("check_portion")

    async def distrust(self, reason: str) -> None:
        """Stop using all replicas, until they have loaded others."""
        for replica in self._replicas:
            replica.doubt, replica.is_ready = reason, False

    async def save_snapshot(self) -> None:
        """Write a snapshot of each replica: they may be on different machines."""
        await self._of_ready("save_snapshot")

    async def snapshot_of_now(self) -> SnapshotFacts:
        """Write a snapshot of each replica, and describe one."""
        await self._of_ready("catch_up")
        facts: SnapshotFacts = (await self._of_ready("snapshot_of_now"))[0]
        return facts

    async def verify_snapshot(self) -> SnapshotFacts:
        """Load the last snapshot of each replica beside it, and compare it with the database."""
        facts: SnapshotFacts = (await self._of_ready("verify_snapshot"))[0]
        return facts

    async def room(self) -> Sequence[RoomForIndex]:
        """Return what another one of each replica takes on its machine, and what is free there.

        A replica that does not answer now looks before it loads.
        """
        try:
            return [*chain(*await self._of_ready("room"))]
        except NotReady:
            return []

    async def load(self, report_progress: ReportProgress, like: IndexState) -> None:
        """Load the replicas that are not loaded, one after the other; see `FollowingIndex.load`.

        Raises NotReady if one does not answer.
        """
        replicas = [*self._replicas]
        for number, replica in enumerate(replicas):
            report = progress_of_part(report_progress, number, len(replicas))
            await replica.load(like, report)

    async def rebuild(self, report_progress: ReportProgress) -> IndexState:
        """Load the replicas anew from the database, one after the other.

        Raises NotReady if one does not answer, before any is loaded if it does not then.
        """
        replicas = [*self._replicas]  # searches change their order meanwhile
        for replica in replicas:
            await replica.answer("ping")
        for number, replica in enumerate(replicas):
            report = progress_of_part(report_progress, number, len(replicas))
            await replica.answer("rebuild", report_progress=report)
        await self.catch_up()
        return self.state()

    async def remove_unused_files(self, in_use: Collection[str]) -> bool:
        """Remove files of other bundles from the machines of all replicas.

        Returns whether all are gone, which is not known of a machine that does not answer.
        """

        async def remove(replica: ShardReplica) -> bool:
            if not replica.is_started:
                return False
            asked = replica.answer("remove_unused_files", frozenset(in_use))
            try:
                async with asyncio.timeout(_REMOVAL_SECONDS):
                    return bool(await asked)
            except (NotReady, TimeoutError):
                return False

        return all(await asyncio.gather(*(remove(replica) for replica in self._replicas)))

    async def close(self) -> None:
        """End all replicas for good."""
        self.is_closed = True
        for replica in self._replicas:
            replica.process.end()

    def state(self) -> IndexState:
        """Return what it held when a replica last caught up."""
        return NOT_LOADED if self._status is None else self._status.state

    def contents(self) -> IndexContents | None:
        """Return of which state it was when a replica last caught up."""
        return None if self._status is None else self._status.contents

    def _ready_first(self) -> list[ShardReplica]:
        """Return the replicas to be asked in turn, another one first each time."""
        self._replicas.append(self._replicas.pop(0))
        trusted = [replica for replica in self._replicas if not replica.doubt]
        return sorted(trusted, key=lambda replica: not replica.is_ready)

    async def _of_ready(self, method: str) -> list[Any]:
        """Call a method of all replicas that are ready; return what those returned that answered.

        Raises what one refused, and NotReady if none answered.
        """
        ready = [replica for replica in self._replicas if replica.is_ready]
        answers = await asyncio.gather(
            *(replica.answer("do", method) for replica in ready), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, NotReady):
                raise answer
        if answered := [answer for answer in answers if not isinstance(answer, NotReady)]:
            return answered
        raise no_replica_answers(self._part)
