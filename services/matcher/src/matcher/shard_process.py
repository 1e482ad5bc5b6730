"""What runs in a process that holds a shard of the index for matchers elsewhere?"""

import asyncio
import pickle
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from servicekit.errors import DomainError

from matcher.bootstrap import load_serving_models, open_store, with_index
from matcher.config import Settings
from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import IndexContents, IndexState
from matcher.domain.person_part import PersonPart
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import ignore_progress
from matcher.index.shard import ReadOfShard
from matcher.index.warm_up import warm_up
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """What a shard holds after it has caught up."""

    state: IndexState
    contents: IndexContents


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the catalogue in pieces, since exceptions with keywords cannot be pickled."""

    type: type[DomainError]
    args: tuple[Any, ...]
    attributes: dict[str, Any]

    @classmethod
    def of(cls, error: DomainError) -> "Refusal":
        """Take an error apart."""
        return cls(type(error), error.args, vars(error))

    def error(self) -> DomainError:
        """Return an error like the one that was taken apart, to be raised in this process."""
        error = self.type.__new__(self.type, *self.args)
        vars(error).update(self.attributes)
        return error


class ShardProcess:
    """A shard, which opens the database when it is first asked, and follows it when it is asked.

    It seals segments and writes snapshots by itself. settings: of the matcher, as JSON. replica:
    which of those of its part it is, from 1. Answers are
    pickled here, in one piece: arrays that Ray passes in shared memory could not be written to, for
    which kernels would be compiled once more.
    """

    def __init__(self, settings: str, part: PersonPart, replica: int = 1) -> None:
        self._settings = Settings.model_validate_json(settings)
        self._part, self._replica = part, replica
        self._opened = AsyncExitStack()
        self._opening: asyncio.Task[FollowingIndex] | None = None
        self._files: asyncio.Task[None] | None = None

    async def read(self, read: bytes, at_least: ChangeToken, seconds_left: float) -> bytes:
        """Return a `ReadOfShard` or a `Refusal`, pickled. read: what reads, pickled."""

        async def answer(index: FollowingIndex) -> ReadOfShard[Any]:
            work = pickle.loads(read)  # noqa: S301  from whoever can run programs here anyway
            return await index.read(work, at_least, seconds_left=seconds_left)

        return pickle.dumps(await self._answer(answer), pickle.HIGHEST_PROTOCOL)

    async def catch_up(self) -> ShardStatus | Refusal:
        """Load the shard if necessary, and follow the change log to its end."""

        async def answer(index: FollowingIndex) -> ShardStatus:
            await index.catch_up()
            contents = index.contents()
            if contents is None:
                raise RuntimeError("the shard was dropped as soon as it had caught up")
            return ShardStatus(index.state(), contents)

        status: ShardStatus | Refusal = await self._answer(answer)
        return status

    async def do(self, method: str, *arguments: Any) -> Any:
        """Call a method of `FollowingIndex` and return what it returns, or a `Refusal`."""

        async def answer(index: FollowingIndex) -> Any:
            return await getattr(index, method)(*arguments)

        return await self._answer(answer)

    async def ping(self) -> None:
        """Show that it answers, whatever else it does."""

    async def rebuild(self) -> IndexState | Refusal:
        """Load the shard anew from the database beside the one in use."""
        state: IndexState | Refusal = await self._answer(
            lambda index: index.rebuild(ignore_progress)
        )
        return state

    async def close(self) -> None:
        """End what it does by itself, and close the database."""
        if self._files is not None:
            self._files.cancel()
            await asyncio.wait([self._files])
        await self._opened.aclose()

    async def _answer(self, ask: Callable[[FollowingIndex], Awaitable[Any]]) -> Any:
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        try:
            return await ask(await asyncio.shield(self._opening))
        except DomainError as error:
            return Refusal.of(error)

    async def _open(self) -> FollowingIndex:
        """Open the database; if that fails, the next who asks tries again."""
        try:
            serving = await load_serving_models(self._settings)
            base = await self._opened.enter_async_context(
                open_store(self._settings, serving.models)
            )
            await base.pool.run(warm_up)
        except BaseException:
            self._opening = None
            raise
        made = with_index(
            self._settings,
            base,
            serving.models,
            serving.bundle,
            base.index_pools[0],
            [self._part],
            replica=self._replica,
        )
        (index,) = made.index_parts
        files = SuperviseIndexFiles(index, self._settings.snapshot_interval_changes)
        self._files = asyncio.create_task(files.run(self._settings.follow_interval_seconds))
        return index
