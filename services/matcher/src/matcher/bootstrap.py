"""What do the server and the commands of administrators both need: database, index, models?"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from servicekit.process.clock import make_clock
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.database import Database

from matcher.calibration.score_calibration import CALIBRATION_FILE
from matcher.config import Settings
from matcher.domain.person_part import parts_of
from matcher.domain.shortlist import MOST_TIMES_DEEPER, MOST_TIMES_SHALLOWER, SearchDepth
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import IndexLoader
from matcher.index.served_index import ServedIndex
from matcher.index.sharded_index import ShardedIndex
from matcher.models import ModelBundle
from matcher.store.master_key_file import read_master_key
from matcher.store.store import Store
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.replay_decision import ReplayDecision
from matcher.use_cases.search import Search


@dataclass(frozen=True, slots=True)
class StoreAndIndex:
    """The database and the index over it: enough for maintenance, and the base of the server.

    index_parts: those of the index that are in this process, whose files are written here: itself,
    or its shards. pool: threads for extraction and comparison.
    """

    database: Database
    store: Store
    index: ServedIndex
    index_parts: Sequence[FollowingIndex]
    pool: WorkerPool


@asynccontextmanager
async def open_store_and_index(
    settings: Settings, models: ModelBundle
) -> AsyncIterator[StoreAndIndex]:
    """Open the database, and an index that is loaded when it first catches up; close both.

    Raises OSError or ValueError if the file of the master key cannot be used.
    """
    master_key = read_master_key(settings.master_key_file, settings.master_key_token)
    # Every change locks the head of the change log: more would only wait in the server, and be in
    # the way of other replicas, one after the other, if this one stood still.
    database = Database(settings.database_url, silence=settings.silence, writers=1)
    store = Store(database, models.versions.embedding, master_key)
    pool = WorkerPool(settings.workers or os.cpu_count() or 1, settings.max_queued_work)
    index_pool = WorkerPool(1, settings.max_queued_work)
    loader = IndexLoader(store, index_pool, models, settings.snapshot_file)
    parts = [FollowingIndex(loader.of(part), pool) for part in parts_of(settings.index_shards)]
    index = parts[0] if len(parts) == 1 else ShardedIndex(store, parts)
    try:
        yield StoreAndIndex(database, store, index, parts, pool)
    finally:
        pool.close()
        index_pool.close()
        await database.close()


def load_models(settings: Settings) -> ModelBundle:
    """Return the models that decide, with the operator's own calibration if there is one."""
    return ModelBundle.load(calibration=settings.calibration_file or CALIBRATION_FILE)


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
    )


def make_replay(settings: Settings, base: StoreAndIndex, models: ModelBundle) -> ReplayDecision:
    """Return what makes recorded decisions again, by the rules and models of the settings."""
    return ReplayDecision(base.store, make_search(settings, base, models), base.pool, models)
