"""What do the server and the commands of administrators both need: database, index, models?"""

import gc
import os
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from servicekit.errors import DomainError
from servicekit.process.clock import make_clock
from servicekit.process.settings import MEBIBYTE
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.database import Database

from matcher.config import Settings
from matcher.domain.index_capacity import IndexCapacity
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.person_part import PersonPart, parts_of
from matcher.domain.shortlist import (
    EMBEDDED_AT_ANY_POSITION,
    FEWEST_AT_FIRST,
    MOST_TIMES_DEEPER,
    MOST_TIMES_FEWER_LISTS,
    MOST_TIMES_SHALLOWER,
    SearchDepth,
)
from matcher.index.bundle_files import bundle_snapshot_file, remove_unused
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import IndexLoader
from matcher.index.served_index import ServedIndex
from matcher.index.sharded_index import ShardedIndex
from matcher.model_bundles import ModelBundles
from matcher.models import ModelBundle
from matcher.store.bundle_records import BundleRecords
from matcher.store.change_log import ChangeLog
from matcher.store.master_key_file import read_master_key
from matcher.store.searched_contents import SearchedContents
from matcher.store.store import Store
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.replay_decision import ReplayDecision
from matcher.use_cases.search import Search


@dataclass(frozen=True, slots=True)
class OpenStore:
    """The database, and threads for work with it: the base of the server, beneath any index.

    pool: threads for extraction and comparison. index_pools: of one thread each, for the index in
    use and for one that is made beside it.
    """

    database: Database
    store: Store
    pool: WorkerPool
    index_pools: tuple[WorkerPool, WorkerPool]


@dataclass(frozen=True, slots=True)
class StoreAndIndex(OpenStore):
    """The database and an index over it: enough for maintenance.

    index_parts: those of the index that are in this process, whose files are written here: itself,
    or its shards.
    """

    index: ServedIndex
    index_parts: Sequence[FollowingIndex]


@asynccontextmanager
async def open_store(settings: Settings, models: ModelBundle) -> AsyncIterator[OpenStore]:
    """Open the database, seen with the embeddings of these models; close it.

    Raises OSError or ValueError if the file of the master key cannot be used.
    """
    master_key = read_master_key(settings.master_key_file, settings.master_key_token)
    # Every change locks the head of the change log: more would only wait in the server, and be in
    # the way of other replicas, one after the other, if this one stood still.
    database = Database(settings.database_url, silence=settings.silence, writers=1)
    store = Store(database, models.versions.embedding, master_key)
    pool = WorkerPool(settings.workers or os.cpu_count() or 1, settings.max_queued_work)
    index_pools = (
        WorkerPool(1, settings.max_queued_work),
        WorkerPool(1, settings.max_queued_work),
    )
    try:
        yield OpenStore(database, store, pool, index_pools)
    finally:
        pool.close()
        for index_pool in index_pools:
            index_pool.close()
        await database.close()


@asynccontextmanager
async def open_store_and_index(
    settings: Settings, models: ModelBundle, bundle: str = PACKAGED
) -> AsyncIterator[StoreAndIndex]:
    """Open the database, and an index that is loaded when it first catches up; close both.

    All of the index is in this process. bundle: name of the models. Raises what `open_store`
    raises.
    """
    async with open_store(settings, models) as base:
        yield with_index(settings, base, models, bundle, base.index_pools[0])


def with_index(
    settings: Settings,
    base: OpenStore,
    models: ModelBundle,
    bundle: str,
    index_pool: WorkerPool,
    parts: Sequence[PersonPart] | None = None,
    *,
    replica: int = 1,
) -> StoreAndIndex:
    """Return the same database with an index of a bundle, not loaded yet.

    parts: for which there are shards in this process; None for all. replica: which of the
    replicas of each they are, from 1.
    """
    store = base.store.of_embeddings(models.versions.embedding)
    loader = _index_loader(settings, store, models, bundle, index_pool)
    if parts is None:
        parts = parts_of(settings.index_shards)
    shards = [FollowingIndex(loader.of(part, replica), base.pool) for part in parts]
    index = shards[0] if len(shards) == 1 else ShardedIndex(store, shards)
    return StoreAndIndex(base.database, store, base.pool, base.index_pools, index, shards)


def with_passing_index(
    base: OpenStore, models: ModelBundle, index_pool: WorkerPool
) -> StoreAndIndex:
    """Return the same database with an index that leaves nothing: no files, and no embeddings."""
    store = base.store.of_embeddings(models.versions.embedding)
    loader = IndexLoader(store, index_pool, models, None, keeps_embeddings=False)
    index = FollowingIndex(loader, base.pool)
    return StoreAndIndex(base.database, store, base.pool, base.index_pools, index, [index])


def _index_loader(
    settings: Settings, store: Store, models: ModelBundle, bundle: str, index_pool: WorkerPool
) -> IndexLoader:
    file = settings.snapshot_file
    if file is not None:
        file = bundle_snapshot_file(file, bundle)
    return IndexLoader(store, index_pool, models, file)


def remove_unused_files(settings: Settings, in_use: Collection[str]) -> bool:
    """Remove the files of indexes of other bundles from this machine; return whether all are gone.

    An index that is not used any more is given up first, with the files that it holds.
    """
    # The tasks that cared for an index leave cycles that hold it, and so its files and memory.
    gc.collect()
    file = settings.snapshot_file
    return file is None or remove_unused(
        file, in_use, settings.index_shards, settings.shard_replicas
    )


def model_bundles(settings: Settings) -> ModelBundles:
    """Return the bundles of models that are installed."""
    return ModelBundles(settings.model_bundles_folder, settings.calibration_file)


@dataclass(frozen=True, slots=True)
class ServingModels:
    """The bundle of models that serves, by its name."""

    bundle: str
    models: ModelBundle


async def load_serving_models(settings: Settings) -> ServingModels:
    """Return the bundle that the database says serves.

    Raises OSError or ValueError if they cannot be used, SQLAlchemyError if there are no tables.
    """
    database = Database(settings.database_url)
    try:
        async with database.read() as transaction:
            changes = ChangeLog(transaction, SearchedContents(transaction))
            bundles = await BundleRecords(transaction, changes).present()
    finally:
        await database.close()
    installed = model_bundles(settings)
    try:
        if bundles.serving is None:
            return ServingModels(PACKAGED, installed.load(PACKAGED))
        models = installed.load_stored(bundles.serving)
        return ServingModels(bundles.serving_name, models)
    except DomainError as error:
        raise ValueError(error.message) from error


def make_capacity(settings: Settings) -> IndexCapacity:
    """Return how much memory the index may take."""
    mebibytes = settings.index_memory_mebibytes
    return IndexCapacity(None if mebibytes is None else mebibytes * MEBIBYTE)


def make_search(settings: Settings, base: StoreAndIndex, models: ModelBundle) -> Search:
    """Return what searches, by the rules and models of the settings."""
    decision_maker = DecisionMaker(
        models, make_clock(settings), lambda: uuid4().hex, settings.max_predicted_fnir
    )
    return Search(base.index, base.pool, models, decision_maker, search_depth(settings))


def search_depth(settings: Settings) -> SearchDepth:
    """Return how many persons pass each step of a search."""
    return SearchDepth(
        settings.max_persons_prefiltered,
        settings.max_persons_compared,
        settings.max_persons_similar,
        settings.max_persons_voted,
        MOST_TIMES_DEEPER,
        by_codes=True,
        most_times_shallower=MOST_TIMES_SHALLOWER,
        most_times_fewer_lists=MOST_TIMES_FEWER_LISTS,
        signs_only=True,
        other_positions_only=True,
        embedded_at_any_position=EMBEDDED_AT_ANY_POSITION,
        by_fingers_on_record=True,
        fewest_at_first=FEWEST_AT_FIRST,
    )


def make_replay(settings: Settings, base: StoreAndIndex, models: ModelBundle) -> ReplayDecision:
    """Return what makes recorded decisions again, by the rules and models of the settings."""
    return ReplayDecision(base.store, make_search(settings, base, models), base.pool, models)
