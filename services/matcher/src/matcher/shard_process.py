"""What runs in a process that holds a shard of the index for matchers elsewhere?"""

import asyncio
import pickle
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from servicekit.errors import DomainError

from matcher.bootstrap import model_bundles, open_store, remove_unused_files, with_index
from matcher.config import Settings
from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import BundleNotFound, BundleUnusable, NotReady
from matcher.domain.index_entry import IndexContents, IndexState
from matcher.domain.person_part import PersonPart
from matcher.index.following_index import FollowingIndex
from matcher.index.shard import ReadOfShard
from matcher.index.warm_up import warm_up
from matcher.models import ModelBundle
from matcher.shard_connection import ShardAddress, ShardServer
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles

_RETRY_AFTER = timedelta(seconds=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """What a shard holds after it has caught up."""

    state: IndexState
    contents: IndexContents


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the catalogue in pieces, since exceptions with keywords cannot be pickled.

    Any other error is one of these: NotReady, which says what it was.
    """

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

    It seals segments and writes snapshots by itself. settings: of the matcher, as JSON. bundle,
    versions: of the models, which must be installed where it runs. replica: which of those of its
    part it is, from 1. Answers are pickled here, in one piece: arrays that Ray passes in shared
    memory could not be written to, for which kernels would be compiled once more.
    """

    def __init__(
        self, settings: str, bundle: str, versions: str, part: PersonPart, replica: int = 1
    ) -> None:
        self._settings = Settings.model_validate_json(settings)
        self._bundle, self._versions = bundle, versions
        self._part, self._replica = part, replica
        self._loaded_share = 0.0
        self._opened = AsyncExitStack()
        self._opening: asyncio.Task[FollowingIndex] | None = None
        self._files: asyncio.Task[None] | None = None
        self._loading: dict[str, asyncio.Task[Any]] = {}
        self._server = ShardServer(self._answer_read)

    async def listen(self, host: Callable[[], str]) -> ShardAddress:
        """Answer `read` by connections, too, and return where. host: tells the machine's address.

        What is asked are the arguments of `read`, pickled. Raises OSError.
        """
        return await self._server.listen(host())

    async def read(self, read: bytes, at_least: ChangeToken, seconds_left: float) -> bytes:
        """Return a `ReadOfShard` or a `Refusal`, pickled. read: what reads, pickled."""

        async def answer(index: FollowingIndex) -> ReadOfShard[Any]:
            work = pickle.loads(read)  # noqa: S301  from whoever can run programs here anyway
            return await index.read(work, at_least, seconds_left=seconds_left)

        return pickle.dumps(await self._answer(answer), pickle.HIGHEST_PROTOCOL)

    async def _answer_read(self, asked: bytes) -> bytes:
        return await self.read(*pickle.loads(asked))  # noqa: S301  whoever asks knows the token

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

    async def ping(self) -> float:
        """Show that it answers, and return what share is done of the load that goes on."""
        return self._loaded_share

    async def load(self, like: IndexState) -> Refusal | None:
        """Load the shard if it is not loaded; see `FollowingIndex.load`."""
        refusal: Refusal | None = await self._once(
            "load", lambda index: index.load(self._note_share, like)
        )
        return refusal

    async def rebuild(self) -> IndexState | Refusal:
        """Load the shard anew from the database beside the one in use."""
        state: IndexState | Refusal = await self._once(
            "rebuild", lambda index: index.rebuild(self._note_share)
        )
        return state

    async def _note_share(self, share: float) -> None:
        self._loaded_share = share

    async def remove_unused_files(self, in_use: Collection[str]) -> bool:
        """Remove files of other bundles from this machine; return whether all are gone."""
        return await asyncio.to_thread(remove_unused_files, self._settings, in_use)

    async def close(self) -> None:
        """End what it does by itself, and close the database."""
        await self._server.close()
        if self._files is not None:
            self._files.cancel()
            await asyncio.wait([self._files])
        await self._opened.aclose()

    async def _once(self, name: str, ask: Callable[[FollowingIndex], Awaitable[Any]]) -> Any:
        """Answer as what goes on already, if that does: who asked for it may have given it up."""
        going_on = self._loading.get(name)
        if going_on is None:
            self._loaded_share = 0.0
            going_on = self._loading[name] = asyncio.create_task(self._answer(ask))
            going_on.add_done_callback(lambda _: self._loading.pop(name))
        return await asyncio.shield(going_on)

    async def _answer(self, ask: Callable[[FollowingIndex], Awaitable[Any]]) -> Any:
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        try:
            return await ask(await asyncio.shield(self._opening))
        except DomainError as error:
            return Refusal.of(error)
        except Exception as error:
            _log.exception("shard_failed", shard=str(self._part))
            message = f"not ready: shard {self._part or 'of all'} failed: {error!r}"
            return Refusal.of(NotReady(message, retry_after=_RETRY_AFTER))

    async def _open(self) -> FollowingIndex:
        """Open the database; if that fails, the next who asks tries again."""
        try:
            models = await asyncio.to_thread(
                _load_models, self._settings, self._bundle, self._versions
            )
            async with AsyncExitStack() as opened:
                base = await opened.enter_async_context(open_store(self._settings, models))
                await base.pool.run(warm_up)
                made = with_index(
                    self._settings,
                    base,
                    models,
                    self._bundle,
                    base.index_pools[0],
                    [self._part],
                    replica=self._replica,
                )
                self._opened = opened.pop_all()
        except BaseException:
            self._opening = None
            raise
        (index,) = made.index_parts
        files = SuperviseIndexFiles(index, self._settings.snapshot_interval_changes)
        self._files = asyncio.create_task(files.run(self._settings.follow_interval_seconds))
        return index


def _load_models(settings: Settings, bundle: str, versions: str) -> ModelBundle:
    """Read the models of the index. Raises NotReady if this machine does not have them."""
    try:
        return model_bundles(settings).load_versions(bundle, versions)
    except (BundleNotFound, BundleUnusable) as error:
        message = f"not ready: on the machine of a shard, {error.message}"
        raise NotReady(message, retry_after=_RETRY_AFTER) from error
