"""How are shards of the index placed on machines, started anew and asked? By Ray, as its actors.

Ray comes with the extra ``ray`` of the package. Nothing else imports it, and this only when it is
to be started.
"""

import asyncio
import os
import pickle
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

import structlog
from servicekit.errors import DomainError
from servicekit.process.settings import MEBIBYTE

from matcher.config import Settings
from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import IndexDoubtful, NotReady
from matcher.domain.index_entry import NOT_LOADED, IndexContents, IndexState, SnapshotFacts
from matcher.domain.operation import ReportProgress
from matcher.domain.person_part import PersonPart, parts_of
from matcher.index.memory_index import MemoryIndex
from matcher.index.shard import ReadOfShard
from matcher.shard_process import Refusal, ShardProcess, ShardStatus

T = TypeVar("T")

_THIS_MACHINE = "127.0.0.1"
_TOKEN_BYTES = 32
_RETRY_AFTER = timedelta(seconds=1)
_PAUSE_SECONDS = 0.05
"""Until replicas are asked again of which none has answered."""
_OTHERS_SECONDS = 2.0
"""After which another replica is asked, if there is one: the first may stand still."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def ray_shards(settings: Settings) -> AsyncIterator[list["RayShard"]]:
    """Start Ray, or join the cluster that is running, and place all shards; end them at the end.

    Raises ValueError if it is not installed, RuntimeError or ConnectionError if it cannot start.
    """
    # In a thread: in the main one Ray would handle the signals that end the service.
    ray = await asyncio.to_thread(_start, settings)
    try:
        actor: Any = ray.remote(ShardProcess).options(
            num_cpus=1, max_restarts=-1, max_task_retries=0, scheduling_strategy="SPREAD"
        )
        content = settings.model_dump_json()
        yield [
            RayShard(
                part,
                [actor.remote(content, part) for _ in range(settings.shard_replicas)],
            )
            for part in parts_of(settings.index_shards)
        ]
    finally:
        await asyncio.to_thread(ray.shutdown)


def _start(settings: Settings) -> Any:
    """Return the package, started. It reads these variables when it is imported."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")  # 15 by default: searches would stand still
    # Under `uv run`, Ray would copy the working folder, and install the packages anew for an actor.
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    if settings.ray_address is None:
        os.environ["RAY_AUTH_MODE"] = "token"
        if "RAY_AUTH_TOKEN_PATH" not in os.environ:
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(_TOKEN_BYTES))
        if settings.ray_interface == _THIS_MACHINE:
            # Else Ray replaces this address by another of the machine, and listens on all. It is
            # not about the system: Ray only asks here whether there may be other machines.
            os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
    except ImportError:
        raise ValueError("shard_engine ray needs the extra ray of passport-matcher") from None
    quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if settings.ray_address is not None:
        ray.init(address=settings.ray_address, _node_ip_address=settings.ray_interface, **quiet)
        return ray
    ray.init(
        num_cpus=settings.index_shards * settings.shard_replicas,
        include_dashboard=False,
        object_store_memory=settings.ray_object_store_mebibytes * MEBIBYTE,
        _node_ip_address=settings.ray_interface,
        **quiet,
    )
    return ray


@dataclass(slots=True, eq=False)
class _Replica:
    """One actor.

    following: its catching up with the database, while that goes on. is_ready: whether that, and
    all that was asked since, succeeded.
    """

    actor: Any
    following: asyncio.Task[ShardStatus] | None = None
    is_ready: bool = False


class RayShard:
    """A shard in as many actors as it has replicas, of which one answers.

    A replica that ends is started anew by Ray, and loads its part from its snapshot; it is asked
    again once it has caught up. doubt: why no replica can be used.
    """

    def __init__(self, part: PersonPart, actors: Sequence[Any]) -> None:
        self._part = part
        self._replicas = [_Replica(actor) for actor in actors]
        self._status: ShardStatus | None = None
        self.doubt = ""

    async def read(
        self, read: Callable[[MemoryIndex], T], at_least: ChangeToken, *, seconds_left: float
    ) -> ReadOfShard[T]:
        """Return what a function reads, of the first replica that can answer in time.

        Raises IndexBehind, IndexDoubtful, NotReady.
        """
        deadline = time.monotonic() + seconds_left
        pickled = pickle.dumps(read, pickle.HIGHEST_PROTOCOL)
        error: DomainError = self._lost()
        while True:
            for replica in self._ready_first():
                left = max(0.0, deadline - time.monotonic())
                seconds = min(left, _OTHERS_SECONDS) if len(self._replicas) > 1 else left
                asked = replica.actor.read.remote(pickled, at_least, seconds)
                try:
                    answer = await _answer(asked, seconds + _OTHERS_SECONDS)
                    found = pickle.loads(answer)  # noqa: S301  from a process of our own
                except NotReady as lost:
                    replica.is_ready, error = False, lost
                    continue
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
        error: BaseException = self._lost()
        while following:
            ended, following = await asyncio.wait(following, return_when=asyncio.FIRST_COMPLETED)
            if succeeded := [task for task in ended if task.exception() is None]:
                self._status = succeeded[0].result()
                self.doubt = ""
                return
            error = ended.pop().exception() or error
        if isinstance(error, IndexDoubtful):
            self.doubt = error.doubt
        raise error

    async def check_portion(self) -> None:
        """Compare some more encounters of each replica with the database."""
        await self._of_ready("check_portion")

    async def distrust(self, reason: str) -> None:
        """Stop using all replicas, until they have loaded others."""
        self.doubt = reason
        await self._of_ready("distrust", reason)

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

    async def rebuild(self, report_progress: ReportProgress) -> IndexState:
        """Load the replicas anew from the database, one after the other."""
        for number, replica in enumerate(self._replicas, start=1):
            await _checked(replica.actor.rebuild.remote())
            await report_progress(number / len(self._replicas))
        await self.catch_up()
        return self.state()

    def state(self) -> IndexState:
        """Return what it held when a replica last caught up."""
        return NOT_LOADED if self._status is None else self._status.state

    def contents(self) -> IndexContents | None:
        """Return of which state it was when a replica last caught up."""
        return None if self._status is None else self._status.contents

    def _lost(self) -> NotReady:
        message = f"not ready: no replica of shard {self._part or 'of all'} of the index answers"
        return NotReady(message, retry_after=_RETRY_AFTER)

    def _ready_first(self) -> list[_Replica]:
        """Return the replicas to be asked in turn, another one first each time."""
        self._replicas.append(self._replicas.pop(0))
        return sorted(self._replicas, key=lambda replica: not replica.is_ready)

    def _following(self, replica: _Replica) -> "asyncio.Task[ShardStatus]":
        """Return the task in which a replica catches up: begun now, unless one goes on."""
        if replica.following is None:
            replica.following = asyncio.create_task(self._follow(replica))
            replica.following.add_done_callback(lambda task: task.cancelled() or task.exception())
        return replica.following

    async def _follow(self, replica: _Replica) -> ShardStatus:
        try:
            status: ShardStatus = await _checked(replica.actor.catch_up.remote())
        except BaseException:
            replica.is_ready = False
            raise
        finally:
            replica.following = None
        replica.is_ready = True
        return status

    async def _of_ready(self, method: str, *arguments: Any) -> list[Any]:
        """Call a method of all replicas that are ready, and return what they returned."""
        ready = [replica for replica in self._replicas if replica.is_ready]
        if not ready:
            raise self._lost()
        asked = [_checked(replica.actor.do.remote(method, *arguments)) for replica in ready]
        return list(await asyncio.gather(*asked))


async def _answer(asked: Any, seconds: float | None = None) -> Any:
    """Return the answer of an actor; raise NotReady if there is none."""
    from ray.exceptions import RayError

    try:
        async with asyncio.timeout(seconds):
            return await asked
    except (RayError, TimeoutError) as error:
        _log.warning("shard_does_not_answer", error=type(error).__name__)
        raise NotReady("not ready: a shard does not answer", retry_after=_RETRY_AFTER) from error


async def _checked(asked: Any) -> Any:
    """Return the answer of an actor; raise what it refused, or NotReady if there is none."""
    answer = await _answer(asked)
    if isinstance(answer, Refusal):
        raise answer.error()
    return answer
