"""Shards in this process, in others, and in those of Ray answer alike, and as one index does.

`make test-shards` runs it with Ray.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path

import pytest
import pytest_asyncio
from matcher.bootstrap import StoreAndIndex, open_store, open_store_and_index
from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import IndexBehind, IndexDoubtful, SnapshotUnusable
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.shortlist import SearchScope, Shortlist
from matcher.index.sharded_index import ShardedIndex
from matcher.index_placement import index_placement

from .models import models
from .shard_processes import catch_up, replicated
from .store_and_index import DEPTH, delete, enrol, features, opened, settings_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

SHARDS = 2
REPLICAS = 2
PEOPLE = range(1, 9)
EVERYBODY = SearchScope()
SECONDS = 240.0
ENGINES = [
    "this process",
    "other processes",
    pytest.param(
        "Ray",
        marks=[
            pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
            pytest.mark.slow,
        ],
    ),
]


@dataclass(frozen=True)
class Indexes:
    """Two indexes over one database, in whose gallery `even` every other person is."""

    one: StoreAndIndex
    sharded: ShardedIndex
    snapshot_file: Path

    async def search(
        self, person: int, scope: SearchScope = EVERYBODY, *, any_position: bool = False
    ) -> list[Shortlist]:
        """Return the shortlist of one index, and that of shards."""
        probe = features(person)
        return [
            await index.search(probe, scope, DEPTH, any_position=any_position, seconds_left=SECONDS)
            for index in (self.one.index, self.sharded)
        ]

    async def found(self, person: int) -> list[str | None]:
        """Whom the shards shortlist."""
        return [each.person_id for each in (await self.search(person))[1].persons]

    async def catch_up(self) -> None:
        """Wait until all shards are loaded."""
        await catch_up(self.sharded, SECONDS)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=ENGINES)
async def indexes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Indexes]:
    folder = tmp_path_factory.mktemp("shards")
    file = folder / "index.snapshot"
    async with opened(folder) as one, AsyncExitStack() as stack:
        for person in PEOPLE:
            await enrol(one, person, galleries=("even",) if person % 2 == 0 else ())
        index = await _sharded(str(request.param), one, folder, file, stack)
        indexes = Indexes(one, index, file)
        await indexes.catch_up()
        yield indexes


async def _sharded(
    engine: str, one: StoreAndIndex, folder: Path, file: Path, stack: AsyncExitStack
) -> ShardedIndex:
    settings = settings_of(folder, snapshot_file=file, index_shards=SHARDS)
    if engine == "other processes":
        index, _ = await stack.enter_async_context(
            replicated(one, folder, REPLICAS, SHARDS, snapshot_file=file)
        )
        return index
    if engine == "this process":
        base = await stack.enter_async_context(open_store_and_index(settings, models()))
    else:
        settings = settings.model_copy(update={"shard_engine": "ray", "shard_replicas": REPLICAS})
        store = await stack.enter_async_context(open_store(settings, models()))
        placement = await stack.enter_async_context(index_placement(settings, store))
        base = placement.make(models(), PACKAGED, store.index_pools[0])
    assert isinstance(base.index, ShardedIndex)
    return base.index


def _persons(shortlist: Shortlist) -> Sequence[object]:
    return [
        (
            person.person_id,
            person.known_fraud,
            dict(person.statuses),
            {
                position: [
                    (each.encounter_id, each.finger.descriptors.tolist()) for each in impressions
                ]
                for position, impressions in person.impressions.items()
            },
        )
        for person in shortlist.persons
    ]


@pytest.mark.parametrize("any_position", [False, True])
@pytest.mark.parametrize("scope", [EVERYBODY, SearchScope(galleries=("even",))])
async def test_a_search_shortlists_whom_one_index_does(
    indexes: Indexes, scope: SearchScope, any_position: bool
) -> None:
    for person in PEOPLE:
        one, sharded = await indexes.search(person, scope, any_position=any_position)

        assert _persons(sharded) == _persons(one)
        assert (sharded.people_by_positions == one.people_by_positions).all()
        assert sharded.incomplete_people == one.incomplete_people
        assert sharded.change_token == one.change_token


async def test_a_search_sees_what_was_committed_before_it(indexes: Indexes) -> None:
    await enrol(indexes.one, 20)
    found = await indexes.found(20)
    await delete(indexes.one, 20)
    gone = await indexes.found(20)

    assert found[0] == "person-20"
    assert "person-20" not in gone


async def test_an_encounter_that_is_moved_is_found_as_the_other_person(indexes: Indexes) -> None:
    await enrol(indexes.one, 21)
    for name in ("other-1", "other-2", "other-3", "person-21"):
        async with indexes.one.store.write() as records:
            await records.encounter_changes.move("encounter-21", name)

        found = await indexes.found(21)
        assert found[0] == name
        assert len({*found} & {"other-1", "other-2", "other-3", "person-21"}) == 1

    await delete(indexes.one, 21)


async def test_all_hold_together_what_one_index_holds(indexes: Indexes) -> None:
    await indexes.one.index.catch_up()
    await indexes.catch_up()
    one, sharded = indexes.one.index.state(), indexes.sharded.state()

    assert (sharded.people, sharded.fingers) == (one.people, one.fingers)
    assert sharded.applied_change == one.applied_change


async def test_a_state_that_never_comes_is_not_waited_for(indexes: Indexes) -> None:
    latest = (await indexes.search(1))[1].change_token
    future = ChangeToken(latest.database_epoch, latest.number + 1)

    for shard in indexes.sharded._shards:
        with pytest.raises(IndexBehind):
            await shard.read(attrgetter("size"), future, seconds_left=0.1)


async def test_shards_in_doubt_say_why_and_load_anew(indexes: Indexes) -> None:
    for shard in indexes.sharded._shards:
        await shard.distrust("tried")
    doubt = indexes.sharded.doubt

    with pytest.raises(IndexDoubtful) as doubtful:
        await indexes.found(1)

    await indexes.catch_up()
    assert doubt == doubtful.value.doubt == "tried"
    assert indexes.sharded.doubt == ""
    assert (await indexes.found(1))[0] == "person-1"


async def test_shards_whose_sums_are_not_the_databases_answer_nothing(indexes: Indexes) -> None:
    async with indexes.one.store.write() as records:
        state = await records.changes.lock()
        await records.changes.set_sums(state.sums.plus(1, 1, 1))

    with pytest.raises(IndexDoubtful):
        await indexes.sharded.search(features(1), EVERYBODY, DEPTH, seconds_left=SECONDS)

    async with indexes.one.store.write() as records:
        await records.changes.set_sums(state.sums)
    await indexes.catch_up()
    assert (await indexes.found(1))[0] == "person-1"


async def test_snapshots_are_written_and_verified(indexes: Indexes) -> None:
    await indexes.catch_up()
    people = indexes.sharded.state().people
    written = await indexes.sharded.snapshot_of_now()
    verified = await indexes.sharded.verify_snapshot()

    assert written.encounters == verified.encounters == people
    assert written.change_token == verified.change_token

    file = indexes.snapshot_file.with_name(f"{indexes.snapshot_file.name}.1-of-{SHARDS}")
    await asyncio.to_thread(_cut, file)
    with pytest.raises(SnapshotUnusable):
        await indexes.sharded.verify_snapshot()


def _cut(path: Path) -> None:
    file = path if path.is_file() else next(each for each in path.iterdir() if each.is_file())
    file.write_bytes(file.read_bytes()[:-1])


async def test_all_are_made_anew_while_they_answer(indexes: Indexes) -> None:
    shares: list[float] = []

    async def report(share: float) -> None:
        shares.append(share)
        assert (await indexes.found(1))[0] == "person-1"

    state = await indexes.sharded.rebuild(report)

    assert state.people == len(PEOPLE)
    assert shares == sorted(shares)
    assert shares


async def test_encounters_are_compared_with_the_database(indexes: Indexes) -> None:
    await indexes.sharded.check_portion()

    assert indexes.sharded.doubt == ""
