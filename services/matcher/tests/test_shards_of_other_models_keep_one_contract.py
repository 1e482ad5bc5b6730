"""An index of other models is made beside the present one and ended, wherever its shards are.

`make test-shards` runs it with Ray.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from matcher.bootstrap import StoreAndIndex, open_store, with_index, with_passing_index
from matcher.comparison.descriptor_quantizer import PROBED_LISTS
from matcher.domain.errors import NoRoomForIndex, NotReady
from matcher.domain.index_entry import NOT_LOADED, FingerFeatures, IndexState
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index.finger_features import finger_features
from matcher.index.index_loader import ignore_progress
from matcher.index.served_index import ServedIndex
from matcher.index_placement import index_placement
from matcher.model_bundles import ModelBundles
from matcher.models import ModelBundle

from .bundles import make_bundle
from .models import models
from .shard_processes import catch_up, replicated_indexes
from .store_and_index import INDEX, enrol, finger, opened, settings_of
from .test_shards_keep_one_contract_wherever_they_are import ENGINES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

SHARDS = 2
PEOPLE = range(1, 9)
FEW = SearchDepth(prefiltered=2, compared=1, similar=2)
"""So few that embeddings of different versions, if compared, would find nobody."""
SECONDS = 240.0
TOO_LARGE = IndexState(0, 0, 0, 1 << 60, None)


@dataclass(frozen=True)
class Served:
    """A database with some people, and an index of the packaged models.

    another: makes the index of the bundle `next`, not loaded. is_elsewhere: whether indexes are in
    processes of their own.
    """

    base: StoreAndIndex
    index: ServedIndex
    another: Callable[[], ServedIndex]
    next: ModelBundle
    folder: Path
    is_elsewhere: bool

    async def found(self, index: ServedIndex, person: int, by: ModelBundle) -> str | None:
        search = index.search(_features(person, by), SearchScope(), FEW, seconds_left=SECONDS)
        return (await search).persons[0].person_id


def _features(person: int, by: ModelBundle) -> dict[int, FingerFeatures]:
    minutiae = finger(person).minutiae
    embedding = by.embedding.embed(minutiae).astype(np.float16)
    return {INDEX: finger_features(by, minutiae, embedding, lists=PROBED_LISTS)}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=ENGINES)
async def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    folder, engine = tmp_path_factory.mktemp("models"), str(request.param)
    make_bundle(folder / "bundles", "next")
    file = folder / "index.snapshot"
    settings = settings_of(
        folder,
        snapshot_file=file,
        index_shards=SHARDS,
        model_bundles_folder=folder / "bundles",
        shard_engine="ray" if engine == "Ray" else "process",
    )
    others = await asyncio.to_thread(ModelBundles(settings.model_bundles_folder, None).load, "next")
    async with opened(folder) as base, AsyncExitStack() as stack:
        for person in PEOPLE:
            await enrol(base, person)
        pool = base.index_pools[1]
        if engine == "other processes":
            make_replicated = await stack.enter_async_context(
                replicated_indexes(
                    folder, 1, SHARDS, snapshot_file=file, model_bundles_folder=folder / "bundles"
                )
            )
            index: ServedIndex = make_replicated(base, models(), PACKAGED)[0]

            def another() -> ServedIndex:
                store = with_index(settings, base, others, "next", pool, [])
                return make_replicated(store, others, "next")[0]

        else:
            store = await stack.enter_async_context(open_store(settings, models()))
            placement = await stack.enter_async_context(index_placement(settings, store))
            index = placement.make(models(), PACKAGED, store.index_pools[0]).index

            def another() -> ServedIndex:
                return placement.make(others, "next", store.index_pools[1]).index

        await catch_up(index, SECONDS)
        yield Served(base, index, another, others, folder, engine != "this process")


async def _ready(attempt: Callable[[], Awaitable[None]]) -> None:
    """Do something, again until processes that start have."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                return await attempt()
            except NotReady:
                await asyncio.sleep(0.1)


@pytest_asyncio.fixture(loop_scope="module")
async def another(served: Served) -> AsyncIterator[ServedIndex]:
    """An index of the bundle `next`, not loaded; it is ended with the test."""
    index = served.another()
    yield index
    await index.close()


async def test_it_finds_by_the_other_models_while_the_present_one_answers_by_its_own(
    served: Served, another: ServedIndex
) -> None:
    shares: list[float] = []

    async def report(share: float) -> None:
        shares.append(share)
        assert await served.found(served.index, 1, models()) == "person-1"

    await _ready(lambda: another.load(report, served.index.state()))
    await another.catch_up()

    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert another.state().people == len(PEOPLE)
    one = with_passing_index(served.base, served.next, served.base.index_pools[1]).index
    await one.catch_up()
    for person in PEOPLE:
        found = [await served.found(index, person, served.next) for index in (one, another)]
        assert found == [f"person-{person}"] * 2
        assert await served.found(served.index, person, models()) == f"person-{person}"


async def test_what_is_loaded_is_not_loaded_again(served: Served, another: ServedIndex) -> None:
    await _ready(lambda: another.load(ignore_progress, NOT_LOADED))

    await another.load(ignore_progress, TOO_LARGE)


async def test_nothing_is_loaded_where_there_is_no_room(
    served: Served, another: ServedIndex
) -> None:
    with pytest.raises(NoRoomForIndex) as refused:
        await _ready(lambda: another.load(ignore_progress, TOO_LARGE))

    assert refused.value.metadata["needed"] == str(TOO_LARGE.size_bytes // SHARDS)
    assert another.state() == NOT_LOADED


async def test_the_present_one_says_what_another_takes_and_where(served: Served) -> None:
    rooms = await served.index.room()

    assert sum(room.memory_needed for room in rooms) == served.index.state().size_bytes
    assert sum(room.disk_needed for room in rooms) == 5_000 * len(PEOPLE)
    assert len({room.machine for room in rooms}) == 1


async def test_one_that_was_ended_answers_nothing_more_and_the_present_one_goes_on(
    served: Served,
) -> None:
    another = served.another()
    await _ready(lambda: another.load(ignore_progress, NOT_LOADED))
    await another.catch_up()

    await another.close()

    if served.is_elsewhere:
        with pytest.raises(NotReady):
            await served.found(another, 1, served.next)
        with pytest.raises(NotReady):
            await another.catch_up()
    assert await served.found(served.index, 1, models()) == "person-1"


async def test_one_that_never_began_is_ended(served: Served) -> None:
    another = served.another()

    await another.close()

    assert await served.found(served.index, 1, models()) == "person-1"


async def test_a_machine_without_the_bundle_says_so(served: Served) -> None:
    if not served.is_elsewhere:
        pytest.skip("this process has read it already")
    bundle = served.folder / "bundles" / "next"
    bundle.rename(served.folder / "away")
    another = served.another()

    refused = ""
    async with asyncio.timeout(SECONDS):
        while "on the machine of a shard" not in refused:
            with pytest.raises(NotReady) as not_ready:  # or one that has not started yet
                await another.load(ignore_progress, NOT_LOADED)
            refused = not_ready.value.message

    assert "there is no folder of the bundle next" in refused
    assert another.state() == NOT_LOADED
    (served.folder / "away").rename(bundle)
    await _ready(lambda: another.load(ignore_progress, NOT_LOADED))
    await another.close()
