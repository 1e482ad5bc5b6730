"""Where is the index of a server: in its process, or in processes of Ray?"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from servicekit.process.worker_pool import WorkerPool

from matcher.bootstrap import OpenStore, StoreAndIndex, with_index
from matcher.config import Settings
from matcher.index.sharded_index import ShardedIndex
from matcher.models import ModelBundle
from matcher.ray_shards import ray_shards

MakeIndex = Callable[[ModelBundle, str, WorkerPool], StoreAndIndex]
"""Makes an index of a bundle of models, of a name, that is changed by a pool; not loaded yet."""


@asynccontextmanager
async def index_maker(settings: Settings, base: OpenStore) -> AsyncIterator[MakeIndex]:
    """Yield what makes indexes where the settings want them; with Ray, of one bundle only.

    Raises what `ray_shards` raises.
    """
    if settings.shard_engine == "process":
        yield partial(with_index, settings, base)
        return
    async with ray_shards(settings) as shards:

        def make(models: ModelBundle, bundle: str, index_pool: WorkerPool) -> StoreAndIndex:
            made = with_index(settings, base, models, bundle, index_pool, [])
            return replace(made, index=ShardedIndex(made.store, shards))

        yield make
