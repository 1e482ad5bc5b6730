"""How do several processes that hold the same shard answer as one, though some end or hang?

Whatever may take long, as loading does, has no deadline of its own: the process is asked meanwhile
whether it still answers. One that does not is not used, and at last ended, so that another begins.
"""

import asyncio
import pickle
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar, cast

import structlog
from servicekit.errors import DomainError

from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import IndexDoubtful, NotReady
from matcher.domain.index_entry import NOT_LOADED, IndexContents, IndexState, SnapshotFacts
from matcher.domain.operation import ReportProgress
from matcher.domain.person_part import PersonPart
from matcher.index.memory_index import MemoryIndex
from matcher.index.shard import ReadOfShard
from matcher.shard_process import Refusal, ShardStatus

T = TypeVar("T")

_RETRY_AFTER = timedelta(seconds=1)
_PAUSE_SECONDS = 0.05
"""Until replicas are asked again of which none has answered."""
_OTHERS_SECONDS = 2.0
"""After which a search asks another replica, if there is one: the first may stand still."""

_log = structlog.get_logger(__name__)


class RemoteProcess(Protocol):
    """A `ShardProcess` elsewhere, in place of which another is started whenever it ends."""

    async def ask(self, method: str, *arguments: Any) -> Any:
        """Return what one of its methods returns. Raises NotReady if it ends before, or fails."""
        ...

    def end(self) -> None:
        """End it, though it may stand still."""
        ...


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How long a process may answer nothing, seconds.

    between: after which it is asked whether it still answers. silent: until it is not used any
    more. hung: until it is ended. starting: until it is given up for now, if it never answered: it
    is not ended, as it may lack a machine to run on.
    """

    between: float = 5.0
    silent: float = 10.0
    hung: float = 60.0
    starting: float = 120.0


@dataclass(slots=True, eq=False)
class _Replica:
    """One process.

    following: its catching up with the database, while that goes on. is_ready: whether that, and
    all that was asked since, succeeded. doubt: why what it holds is not used, until it has loaded
    another. is_started: whether it has ever answered. silent_since: when it was first found not to
    answer, monotonic seconds; None if it did since.
    """

    process: RemoteProcess
    following: asyncio.Task[ShardStatus] | None = None
    is_ready: bool = False
    doubt: str = ""
    is_started: bool = False
    silent_since: float | None = None

    def has_answered(self) -> None:
        """Note that it answers."""
        self.is_started, self.silent_since = True, None


class ReplicatedShard:
    """A shard in as many processes as it has replicas, of which one answers.

    A replica that ends is started anew, and loads its part from its snapshot; it is asked again
    once it has caught up.
    """

    def __init__(
        self,
        part: PersonPart,
        processes: Sequence[RemoteProcess],
        limits: AnswerLimits = AnswerLimits(),
    ) -> None:
        self._part = part
        self._replicas = [_Replica(process) for process in processes]
        self._limits = limits
        self._status: ShardStatus | None = None

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
        while True:
            error: DomainError = IndexDoubtful(self.doubt, _RETRY_AFTER)
            for replica in self._ready_first():
                left = max(0.0, deadline - time.monotonic())
                seconds = min(left, _OTHERS_SECONDS) if len(self._replicas) > 1 else left
                try:
                    async with asyncio.timeout(seconds + _OTHERS_SECONDS):
                        answer = await replica.process.ask("read", pickled, at_least, seconds)
                except (NotReady, TimeoutError) as lost:
                    error = self._lost(replica, lost)
                    continue
                replica.has_answered()
                found = pickle.loads(answer)  # noqa: S301  from a process of our own
                if not isinstance(found, Refusal):
                    return cast(ReadOfShard[T], found)
                error = found.error()
            if isinstance(error, IndexDoubtful) or time.monotonic() >= deadline:
                raise error
            await asyncio.sleep(_PAUSE_SECONDS)

    async def catch_up(self) -> None:
        """Let all replicas catch up, and return as soon as one has; others may still be loading.

        Raises what one that failed raised, if all did.
        """
        following = {self._following(replica) for replica in self._replicas}
        error: BaseException | None = None
        while following:
            ended, following = await asyncio.wait(following, return_when=asyncio.FIRST_COMPLETED)
            if succeeded := [task for task in ended if task.exception() is None]:
                self._status = succeeded[0].result()
                return
            error = ended.pop().exception()
        raise error or self._unavailable()

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

    async def require_room(self) -> None:
        """Raise NoRoomForIndex if the machine of a replica has no room for a second one.

        A replica that does not answer now looks before it loads.
        """
        with suppress(NotReady):
            await self._of_ready("require_room")

    async def rebuild(self, report_progress: ReportProgress) -> IndexState:
        """Load the replicas anew from the database, one after the other.

        Raises NotReady if one does not answer, before any is loaded if it does not then.
        """
        for replica in self._replicas:
            await self._answer(replica, "ping")
        for number, replica in enumerate(self._replicas, start=1):
            await self._answer(replica, "rebuild")
            await report_progress(number / len(self._replicas))
        await self.catch_up()
        return self.state()

    def state(self) -> IndexState:
        """Return what it held when a replica last caught up."""
        return NOT_LOADED if self._status is None else self._status.state

    def contents(self) -> IndexContents | None:
        """Return of which state it was when a replica last caught up."""
        return None if self._status is None else self._status.contents

    def _ready_first(self) -> list[_Replica]:
        """Return the replicas to be asked in turn, another one first each time."""
        self._replicas.append(self._replicas.pop(0))
        trusted = [replica for replica in self._replicas if not replica.doubt]
        return sorted(trusted, key=lambda replica: not replica.is_ready)

    def _following(self, replica: _Replica) -> "asyncio.Task[ShardStatus]":
        """Return the task in which a replica catches up: begun now, unless one goes on."""
        if replica.following is None:
            replica.following = asyncio.create_task(self._follow(replica))
            replica.following.add_done_callback(lambda task: task.cancelled() or task.exception())
        return replica.following

    async def _follow(self, replica: _Replica) -> ShardStatus:
        try:
            if doubt := replica.doubt:
                await self._answer(replica, "do", "distrust", doubt)
            status: ShardStatus = await self._answer(replica, "catch_up")
        except BaseException:
            replica.is_ready = False
            raise
        finally:
            replica.following = None
        if replica.doubt == doubt:  # else what it loaded is in doubt, too
            replica.doubt, replica.is_ready = "", True
        return status

    async def _of_ready(self, method: str) -> list[Any]:
        """Call a method of all replicas that are ready; return what those returned that answered.

        Raises what one refused, and NotReady if none answered.
        """
        ready = [replica for replica in self._replicas if replica.is_ready]
        answers = await asyncio.gather(
            *(self._answer(replica, "do", method) for replica in ready), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, NotReady):
                raise answer
        if answered := [answer for answer in answers if not isinstance(answer, NotReady)]:
            return answered
        raise self._unavailable()

    async def _answer(self, replica: _Replica, method: str, *arguments: Any) -> Any:
        """Return the answer of a replica, however long it takes, while that answers others.

        Raises what it refused, and NotReady if it does not answer.
        """
        asked = asyncio.ensure_future(replica.process.ask(method, *arguments))
        try:
            while not (await asyncio.wait([asked], timeout=self._limits.between))[0]:
                await self._ping(replica)
            answer = await asked
        except (NotReady, TimeoutError) as lost:
            raise self._lost(replica, lost) from lost
        finally:
            asked.cancel()
        replica.has_answered()
        if isinstance(answer, Refusal):
            error = answer.error()
            if isinstance(error, IndexDoubtful):
                replica.doubt, replica.is_ready = error.doubt, False
            raise error
        return answer

    async def _ping(self, replica: _Replica) -> None:
        """Ask a replica whether it answers. Raises NotReady, or TimeoutError if it does not."""
        limits = self._limits
        async with asyncio.timeout(limits.silent if replica.is_started else limits.starting):
            await replica.process.ask("ping")
        replica.has_answered()

    def _lost(self, replica: _Replica, lost: NotReady | TimeoutError) -> NotReady:
        """Use a replica no more that did not answer, end it if it hangs; return what to raise."""
        if replica.is_ready:
            _log.warning("shard_does_not_answer", shard=str(self._part), error=type(lost).__name__)
        replica.is_ready, now = False, time.monotonic()
        if isinstance(lost, NotReady):  # it has ended, and another is starting
            replica.is_started, replica.silent_since = False, None
        elif replica.silent_since is None:
            replica.silent_since = now
        elif replica.is_started and now - replica.silent_since >= self._limits.hung:
            _log.error("shard_ended_as_it_hangs", shard=str(self._part))
            replica.is_started, replica.silent_since = False, None
            replica.process.end()
        return self._unavailable()

    def _unavailable(self) -> NotReady:
        message = f"not ready: no replica of shard {self._part or 'of all'} of the index answers"
        return NotReady(message, retry_after=_RETRY_AFTER)
