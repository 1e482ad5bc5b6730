"""Where is the index of a server: in its process, or in processes of Ray?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from matcher.bootstrap import StoreAndIndex, open_index_parts, open_store_and_index
from matcher.config import Settings
from matcher.index.sharded_index import ShardedIndex
from matcher.models import ModelBundle
from matcher.ray_shards import ray_shards


@asynccontextmanager
async def open_served(
    settings: Settings, models: ModelBundle, bundle: str
) -> AsyncIterator[StoreAndIndex]:
    """Open what `open_store_and_index` does, with the index where the settings want it.

    Raises what that and `ray_shards` raise.
    """
    if settings.shard_engine == "process":
        async with open_store_and_index(settings, models, bundle) as base:
            yield base
        return
    async with (
        open_index_parts(settings, models, bundle, []) as base,
        ray_shards(settings) as shards,
    ):
        yield replace(base, index=ShardedIndex(base.store, shards))
