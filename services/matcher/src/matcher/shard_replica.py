"""How is a process that holds a shard asked, though it may end, or stand still?

Whatever may take long, as loading does, has no deadline of its own: the process is asked meanwhile
whether it still answers. One that does not is not used, and at last ended, so that another begins.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog

from matcher.domain.errors import IndexDoubtful, NotReady
from matcher.domain.index_entry import IndexState
from matcher.domain.operation import ReportProgress
from matcher.domain.person_part import PersonPart
from matcher.index.index_loader import ignore_progress
from matcher.shard_process import Refusal, ShardStatus

_RETRY_AFTER = timedelta(seconds=1)

_log = structlog.get_logger(__name__)


class ShardEnded(NotReady):
    """The process has ended, and another is starting in its place."""


class RemoteProcess(Protocol):
    """A `ShardProcess` elsewhere, in place of which another is started whenever it ends."""

    async def ask(self, method: str, *arguments: Any) -> Any:
        """Return what one of its methods returns.

        Raises ShardEnded if it ends before, NotReady if it fails or cannot be reached.
        """
        ...

    def restart(self) -> None:
        """End it, though it may stand still; another is started in its place."""
        ...

    def end(self) -> None:
        """End it for good, though it may stand still, or not have started yet."""
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


IN_SERVICE = AnswerLimits()
"""Limits of processes of a server."""


@dataclass(slots=True, eq=False)
class ShardReplica:
    """A process with a shard, which is used while it answers and what it holds is not in doubt.

    following: its catching up with the database, while that goes on. is_ready: whether that, and
    all that was asked since, succeeded. doubt: why what it holds is not used, until it has loaded
    another. is_started: whether it has ever answered. silent_since: when it was first found not to
    answer, monotonic seconds; None if it did since.
    """

    part: PersonPart
    process: RemoteProcess
    limits: AnswerLimits
    following: asyncio.Task[ShardStatus] | None = None
    is_ready: bool = False
    doubt: str = ""
    is_started: bool = False
    silent_since: float | None = None

    async def answer(
        self, method: str, *arguments: Any, report_progress: ReportProgress = ignore_progress
    ) -> Any:
        """Return the answer to a call, however long it takes, while the process answers others.

        report_progress: takes note of how far it is with a load. Raises what it refused, and
        NotReady if it does not answer.
        """
        asked = asyncio.ensure_future(self.process.ask(method, *arguments))
        try:
            while not (await asyncio.wait([asked], timeout=self.limits.between))[0]:
                await report_progress(await self._ping())
            answer = await asked
        except (NotReady, TimeoutError) as lost:
            raise self.lost(lost) from lost
        finally:
            asked.cancel()
        self.has_answered()
        if isinstance(answer, Refusal):
            error = answer.error()
            if isinstance(error, IndexDoubtful):
                self.doubt, self.is_ready = error.doubt, False
            raise error
        await report_progress(1.0)
        return answer

    async def load(self, like: IndexState, report_progress: ReportProgress) -> None:
        """Let it load what it has not loaded, or what is in doubt; see `FollowingIndex.load`."""
        await self._without_doubt("load", like, report_progress=report_progress)

    def catching_up(self) -> "asyncio.Task[ShardStatus]":
        """Return the task in which it catches up: begun now, unless one goes on."""
        if self.following is None:
            self.following = asyncio.create_task(self._catch_up())
            self.following.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self.following

    def has_answered(self) -> None:
        """Note that it answers."""
        self.is_started, self.silent_since = True, None

    def lost(self, lost: NotReady | TimeoutError) -> NotReady:
        """Use it no more, as it did not answer; end it if it hangs; return what to raise."""
        if self.is_ready:
            _log.warning("shard_does_not_answer", shard=str(self.part), reason=repr(lost))
        self.is_ready, now = False, time.monotonic()
        if isinstance(lost, ShardEnded):
            self.is_started, self.silent_since = False, None
        elif isinstance(lost, NotReady):
            pass  # it may go on, and hang later
        elif self.silent_since is None:
            self.silent_since = now
        elif self.is_started and now - self.silent_since >= self.limits.hung:
            _log.error("shard_ended_as_it_hangs", shard=str(self.part))
            self.is_started, self.silent_since = False, None
            self.process.restart()
        return no_replica_answers(self.part)

    async def _catch_up(self) -> ShardStatus:
        try:
            status: ShardStatus = await self._without_doubt("catch_up")
        except BaseException:
            self.is_ready = False
            raise
        finally:
            self.following = None
        self.is_ready = not self.doubt
        return status

    async def _without_doubt(
        self, method: str, *arguments: Any, report_progress: ReportProgress = ignore_progress
    ) -> Any:
        """Return the answer to a call by which it loads another index, if this one is in doubt."""
        if doubt := self.doubt:
            await self.answer("do", "distrust", doubt)
        answer = await self.answer(method, *arguments, report_progress=report_progress)
        if self.doubt == doubt:  # else what it loaded is in doubt, too
            self.doubt = ""
        return answer

    async def _ping(self) -> float:
        """Return how far it is with a load. Raises NotReady, or TimeoutError."""
        limits = self.limits
        async with asyncio.timeout(limits.silent if self.is_started else limits.starting):
            share: float = await self.process.ask("ping")
        self.has_answered()
        return share


def no_replica_answers(part: PersonPart) -> NotReady:
    """Return what says that no process with a shard answers."""
    message = f"not ready: no replica of shard {part or 'of all'} of the index answers"
    return NotReady(message, retry_after=_RETRY_AFTER)
