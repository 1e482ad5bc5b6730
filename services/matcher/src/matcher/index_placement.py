"""Where is the index of a server: in its process, or in processes of Ray?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from servicekit.process.worker_pool import WorkerPool

from matcher.bootstrap import OpenStore, StoreAndIndex, remove_unused_files, with_index
from matcher.config import Settings
from matcher.index.sharded_index import ShardedIndex
from matcher.model_bundles import versions_of
from matcher.models import ModelBundle
from matcher.ray_shards import ray_shards
from matcher.replicated_shard import ReplicatedShard

MakeIndex = Callable[[ModelBundle, str, WorkerPool], StoreAndIndex]
"""Makes an index of a bundle of models, of a name, that is changed by a pool; not loaded yet.

Its `close` ends what holds it elsewhere.
"""


@dataclass(frozen=True, slots=True)
class IndexPlacement:
    """Makes indexes, of several bundles at a time, and removes what others left.

    remove_unused_files: removes the files of all bundles but those named, on all machines, and
    returns whether all are gone.
    """

    make: MakeIndex
    remove_unused_files: Callable[[Collection[str]], Awaitable[bool]]


@asynccontextmanager
async def index_placement(settings: Settings, base: OpenStore) -> AsyncIterator[IndexPlacement]:
    """Yield what makes indexes where the settings want them.

    Raises what `ray_shards` raises.
    """

    async def remove_here(in_use: Collection[str]) -> bool:
        return await asyncio.to_thread(remove_unused_files, settings, in_use)

    if settings.shard_engine == "process":
        yield IndexPlacement(partial(with_index, settings, base), remove_here)
        return
    async with ray_shards(settings) as place_shards:
        placed = list[ReplicatedShard]()

        def make(models: ModelBundle, bundle: str, index_pool: WorkerPool) -> StoreAndIndex:
            made = with_index(settings, base, models, bundle, index_pool, [])
            shards = place_shards(bundle, versions_of(models.versions))
            placed.extend(shards)
            return replace(made, index=ShardedIndex(made.store, shards))

        async def remove_everywhere(in_use: Collection[str]) -> bool:
            placed[:] = [shard for shard in placed if not shard.is_closed]
            elsewhere = (shard.remove_unused_files(in_use) for shard in placed)
            return all(await asyncio.gather(remove_here(in_use), *elsewhere))

        yield IndexPlacement(make, remove_everywhere)
