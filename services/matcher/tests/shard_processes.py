"""Replicas of shards as Ray has them, but in the process of the test: what is sent is pickled."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from matcher.bootstrap import ServingModels, StoreAndIndex
from matcher.config import Settings
from matcher.domain.errors import NotReady
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.person_part import PersonPart, parts_of
from matcher.index.served_index import ServedIndex
from matcher.index.sharded_index import ShardedIndex
from matcher.replicated_shard import AnswerLimits, ReplicatedShard
from matcher.shard_process import ShardProcess

from .models import models
from .store_and_index import settings_of

SHORT_LIMITS = AnswerLimits(between=0.01, silent=0.2, hung=0.4, starting=60)


async def catch_up(index: ServedIndex, seconds: float) -> None:
    """Wait until all shards of an index are loaded, though their processes are starting."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                return await index.catch_up()
            except NotReady:
                await asyncio.sleep(0.1)


class LocalProcess:
    """A process with a shard. asked: which methods of it were called. ended: how often it was."""

    def __init__(self, settings: Settings, part: PersonPart, replica: int) -> None:
        self._arguments = settings.model_dump_json(), part, replica
        self._shard = ShardProcess(*self._arguments)
        self._former: list[ShardProcess] = []
        self._runs = asyncio.Event()
        self._runs.set()
        self.asked: list[str] = []
        self.ended = 0

    async def ask(self, method: str, *arguments: Any) -> Any:
        """Call a method of it, as soon as it runs."""
        await self._runs.wait()
        self.asked.append(arguments[0] if method == "do" else method)
        shard = self._shard
        answer = await getattr(shard, method)(*pickle.loads(pickle.dumps(arguments)))
        if shard is not self._shard:
            raise NotReady("it ended")
        return pickle.loads(pickle.dumps(answer))

    def end(self) -> None:
        """End it; another runs at once."""
        self._former.append(self._shard)
        self._shard = ShardProcess(*self._arguments)
        self._runs.set()
        self.ended += 1

    def stand_still(self) -> None:
        """Answer nothing from now on."""
        self._runs.clear()

    def go_on(self) -> None:
        """Answer what was asked meanwhile."""
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
    of_processes = settings_of(folder, index_shards=shards, **settings)
    processes = [
        [LocalProcess(of_processes, part, number) for number in range(1, replicas + 1)]
        for part in parts_of(shards)
    ]
    index = ShardedIndex(
        base.store,
        [
            ReplicatedShard(part, of_part, SHORT_LIMITS)
            for part, of_part in zip(parts_of(shards), processes, strict=True)
        ],
    )
    all_processes = [process for of_part in processes for process in of_part]
    with patch("matcher.shard_process.load_serving_models", _loaded_models):
        try:
            yield index, all_processes
        finally:
            for process in all_processes:
                await process.close()


async def _loaded_models(_: Settings) -> ServingModels:
    return ServingModels(PACKAGED, models())
