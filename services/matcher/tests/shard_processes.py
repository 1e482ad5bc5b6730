"""Replicas of shards as Ray has them, but in the process of the test: what is sent is pickled."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from unittest.mock import patch

from matcher.bootstrap import StoreAndIndex
from matcher.config import Settings
from matcher.domain.errors import NotReady
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.person_part import PersonPart, parts_of
from matcher.index.served_index import ServedIndex
from matcher.index.sharded_index import ShardedIndex
from matcher.model_bundles import ModelBundles, versions_of
from matcher.models import ModelBundle
from matcher.replicated_shard import ReplicatedShard
from matcher.shard_process import ShardProcess
from matcher.shard_replica import AnswerLimits, ShardEnded, ShardReplica

from .models import models
from .store_and_index import settings_of

PATIENT = AnswerLimits(between=0.01, silent=60, hung=120, starting=60)
"""Limits of processes that answer: beside other work one may need a while."""
_IMPATIENT = AnswerLimits(between=0.01, silent=0.2, hung=0.4, starting=60)
"""Limits of one that stands still."""


async def catch_up(index: ServedIndex, seconds: float) -> None:
    """Wait until all shards of an index are loaded, though their processes are starting."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                return await index.catch_up()
            except NotReady:
                await asyncio.sleep(0.1)


async def catch_up_in_all(index: ServedIndex, shard: ReplicatedShard, seconds: float) -> None:
    """Wait until all replicas of a shard of an index have caught up."""
    async with asyncio.timeout(seconds):
        while not all(replica.is_ready for replica in shard._replicas):
            await index.catch_up()
            await asyncio.sleep(0.01)


class LocalProcess:
    """A process with a shard.

    asked: which methods of it were called. restarted: how often it was. is_ended: for good.
    """

    def __init__(
        self, settings: Settings, bundle: str, versions: str, part: PersonPart, replica: int
    ) -> None:
        self._arguments = settings.model_dump_json(), bundle, versions, part, replica
        self._shard = ShardProcess(*self._arguments)
        self._former: list[ShardProcess] = []
        self._runs = asyncio.Event()
        self._runs.set()
        self.replica: ShardReplica | None = None  # that asks it
        self.asked: list[str] = []
        self.restarted = 0
        self.is_ended = False

    async def ask(self, method: str, *arguments: Any) -> Any:
        """Call a method of it, as soon as it runs."""
        await self._runs.wait()
        if self.is_ended:
            raise ShardEnded("it ended")
        self.asked.append(arguments[0] if method == "do" else method)
        shard = self._shard
        asked = getattr(shard, method)(*pickle.loads(pickle.dumps(arguments)))
        answer = await asyncio.shield(asked)  # whoever waits no more does not end it
        if shard is not self._shard or self.is_ended:
            raise ShardEnded("it ended")
        return pickle.loads(pickle.dumps(answer))

    def restart(self) -> None:
        """End it; another runs at once."""
        self._former.append(self._shard)
        self._shard = ShardProcess(*self._arguments)
        self.go_on()
        self.restarted += 1

    def end(self) -> None:
        """End it for good."""
        self.is_ended = True
        self._runs.set()

    def stand_still(self) -> None:
        """Answer nothing from now on, which is soon noticed."""
        if self.replica is not None:
            self.replica.limits = _IMPATIENT
        self._runs.clear()

    def go_on(self) -> None:
        """Answer what was asked meanwhile."""
        if self.replica is not None:
            self.replica.limits = PATIENT
        self._runs.set()

    async def close(self) -> None:
        """Close the databases of all that ran."""
        for shard in (self._shard, *self._former):
            await shard.close()


@asynccontextmanager
async def replicated(
    base: StoreAndIndex, folder: Path, replicas: int, shards: int = 1, **settings: Any
) -> AsyncIterator[tuple[ShardedIndex, Sequence[LocalProcess]]]:
    """An index over the database of a folder in local processes, those of a part together."""
    async with replicated_indexes(folder, replicas, shards, **settings) as make:
        yield make(base, models(), PACKAGED)


MakeReplicated = Callable[
    [StoreAndIndex, ModelBundle, str], tuple[ShardedIndex, Sequence[LocalProcess]]
]


@asynccontextmanager
async def replicated_indexes(
    folder: Path, replicas: int, shards: int = 1, **settings: Any
) -> AsyncIterator[MakeReplicated]:
    """Makes indexes of bundles over the database of a folder, each in local processes of its own.

    base: with the embeddings of the bundle.
    """
    of_processes = settings_of(folder, index_shards=shards, **settings)
    parts, all_processes = parts_of(shards), list[LocalProcess]()

    def make(
        base: StoreAndIndex, bundle: ModelBundle, name: str
    ) -> tuple[ShardedIndex, Sequence[LocalProcess]]:
        versions = versions_of(bundle.versions)
        processes = [
            [
                LocalProcess(of_processes, name, versions, part, number)
                for number in range(1, replicas + 1)
            ]
            for part in parts
        ]
        made = [process for of_part in processes for process in of_part]
        all_processes.extend(made)
        shards = [
            ReplicatedShard(part, of_part, PATIENT)
            for part, of_part in zip(parts, processes, strict=True)
        ]
        for process, replica in zip(made, chain(*(each._replicas for each in shards)), strict=True):
            process.replica = replica
        return ShardedIndex(base.store, shards), made

    with _loaded_once():
        try:
            yield make
        finally:
            for process in all_processes:
                await process.close()


@contextmanager
def _loaded_once() -> Iterator[None]:
    """Have all processes use the packaged models that the test has loaded."""
    load = ModelBundles.load

    def load_or_use(self: ModelBundles, name: str) -> ModelBundle:
        return models() if name == PACKAGED else load(self, name)

    with patch.object(ModelBundles, "load", load_or_use):
        yield
