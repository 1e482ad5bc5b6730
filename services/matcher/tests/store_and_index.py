"""A database and an index over it, without a server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from matcher.bootstrap import StoreAndIndex
from matcher.comparison.comparator import PreparedFinger
from matcher.domain.biometrics import Embedding, Encounter, EncounterStatus, Finger
from matcher.domain.enrolment import Enrolment, RequestOrigin
from matcher.domain.shortlist import FingerFeatures, SearchDepth, SearchScope
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import IndexLoader, IndexModels
from matcher.store.store import MIGRATIONS, Store
from matcher.use_cases.extract_fingers import read_template
from servicekit.process.worker_pool import WorkerPool
from servicekit.storage.database import Database, migrate

from .models import comparator
from .people import template

NOW = datetime(2018, 10, 26, 1, 0, tzinfo=UTC)
VERSION, COMPARISON = "model-1", "comparison-1"
INDEX = 2
REACH = SearchDepth(nearest=100, compared=3)


def embed(templates: Sequence[bytes]) -> list[Embedding]:
    """Stands for a model: unit vectors that follow from the template alone."""
    return [_unit(np.random.default_rng(list(template))) for template in templates]


def prepare(templates: Sequence[bytes]) -> list[PreparedFinger]:
    """What the comparison needs of them."""
    return [comparator().prepare(read_template(template)) for template in templates]


def features(person: int) -> dict[int, FingerFeatures]:
    """A person's right index finger as a search has it."""
    record = template(person, INDEX)
    return {INDEX: FingerFeatures(embed([record])[0], prepare([record])[0])}


def _unit(rng: np.random.Generator) -> Embedding:
    vector = rng.standard_normal(256)
    return (vector / np.linalg.norm(vector)).astype(np.float16)


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    version: str = VERSION,
    comparison: str = COMPARISON,
    snapshot_file: Path | None = None,
) -> AsyncIterator[StoreAndIndex]:
    """The database of a folder, made if it is not there, and an index that is not loaded."""
    url = f"sqlite+aiosqlite:///{folder}/matcher.sqlite"
    migrate(url, MIGRATIONS)
    database, pool = Database(url), WorkerPool(2, 100)
    store = Store(database, version)
    models = IndexModels(embed, version, prepare, comparison)
    loader = IndexLoader(store, pool, models, snapshot_file)
    try:
        yield StoreAndIndex(database, store, FollowingIndex(loader, pool), pool)
    finally:
        pool.close()
        await database.close()


async def enrol(
    base: StoreAndIndex, person: int, status: EncounterStatus = EncounterStatus.ACTIVE
) -> Encounter:
    """Store a person's right index finger."""
    record = template(person, INDEX)
    finger = Finger(INDEX, read_template(record), record, embed([record])[0])
    origin = RequestOrigin("spiffe://id/office/national/service/registry", f"request-{person}")
    enrolment = Enrolment(f"encounter-{person}", f"person-{person}", (), None, origin, b"digest")
    async with base.store.write() as records:
        return await records.encounters.add(enrolment, [finger], status, NOW)


async def nearest(base: StoreAndIndex, person: int) -> tuple[list[str], int]:
    """The persons most similar to a person's own template, and how many were searched."""
    found = await base.follower.search(features(person), SearchScope(), REACH, within=10)
    return [str(each.person_id) for each in found.persons], found.people
