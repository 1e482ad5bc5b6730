"""Shards of one index follow the database each by itself, and a search sees one moment of all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from matcher.bootstrap import StoreAndIndex
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.errors import IndexDoubtful
from matcher.domain.person_part import PersonPart
from matcher.domain.searched_content import ContentSums
from matcher.domain.shortlist import SearchScope, Shortlist
from matcher.index.following_index import FollowingIndex
from matcher.index.memory_index import MemoryIndex
from matcher.index.shard import ReadOfShard
from matcher.index.sharded_index import ShardedIndex

from .store_and_index import DEPTH, delete, enrol, features, opened, shortlisted

T = TypeVar("T")

SHARDS = 4
PEOPLE = range(1, 9)


class LateShard(FollowingIndex):
    """A shard of which a search reads only after something else was done, once."""

    def __init__(self, shard: FollowingIndex, before: Callable[[], Awaitable[None]]) -> None:
        super().__init__(shard._loader, shard._search_pool)
        self._before: Callable[[], Awaitable[None]] | None = before

    async def read(
        self, read: Callable[[MemoryIndex], T], at_least: ChangeToken, *, seconds_left: float
    ) -> ReadOfShard[T]:
        before, self._before = self._before, None
        if before is not None:
            await before()
        return await super().read(read, at_least, seconds_left=seconds_left)


@dataclass
class Shards:
    """The shards of a database with people, and which of them holds somebody."""

    base: StoreAndIndex

    async def search(self, person: int, shards: list[FollowingIndex]) -> Shortlist:
        index = ShardedIndex(self.base.store, shards)
        return await index.search(features(person), SearchScope(), DEPTH, seconds_left=10)


@pytest_asyncio.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    async with opened(tmp_path, index_shards=SHARDS) as base:
        for person in PEOPLE:
            await enrol(base, person)
        yield base


def _shard_of(person_id: str) -> int:
    return next(n for n in range(SHARDS) if PersonPart(n, SHARDS).holds(person_id))


def _elsewhere(person_id: str) -> str:
    """Another person, whom another shard holds."""
    return next(name for n in range(99) if _shard_of(name := f"other-{n}") != _shard_of(person_id))


async def _write_two_snapshots(path: Path) -> None:
    """Enrol everybody, and write a snapshot of each of two shards."""
    async with opened(path.parent, snapshot_file=path, index_shards=2) as base:
        for person in PEOPLE:
            await enrol(base, person)
        await base.index.catch_up()
        await base.index.save_snapshot()


def _files(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


async def test_everybody_is_found_and_counted_once(base: StoreAndIndex) -> None:
    found = [await shortlisted(base, person) for person in PEOPLE]

    assert [persons[0] for persons, _ in found] == [f"person-{person}" for person in PEOPLE]
    assert {people for _, people in found} == {len(PEOPLE)}
    assert base.index.state().people == len(PEOPLE)
    assert len({_shard_of(f"person-{person}") for person in PEOPLE}) > 1


async def test_a_search_sees_what_was_committed_before_it(base: StoreAndIndex) -> None:
    await base.index.catch_up()
    await enrol(base, 20)
    found = await shortlisted(base, 20)
    await delete(base, 20)
    gone = await shortlisted(base, 20)

    assert found[0][0] == "person-20"
    assert "person-20" not in gone[0]


@pytest.mark.parametrize("is_source_late", [True, False])
async def test_an_encounter_that_is_moved_meanwhile_is_found_once(
    base: StoreAndIndex, is_source_late: bool
) -> None:
    await base.index.catch_up()
    source, target = "person-1", _elsewhere("person-1")
    late = _shard_of(source if is_source_late else target)
    shards = list(base.index_parts)

    async def move() -> None:
        async with base.store.write() as records:
            await records.encounter_changes.move("encounter-1", target)
        await shards[late].catch_up()

    shards[late] = LateShard(shards[late], move)
    await shards[late].catch_up()
    found = await Shards(base).search(1, shards)

    persons = [person.person_id for person in found.persons]
    assert persons[0] in (source, target)
    assert not {source, target} <= {*persons}
    assert found.people_searched == len(PEOPLE)


async def test_who_is_added_meanwhile_is_not_counted(base: StoreAndIndex) -> None:
    await base.index.catch_up()
    shards = list(base.index_parts)
    late = _shard_of("person-20")

    async def add() -> None:
        await enrol(base, 20)
        await shards[late].catch_up()

    shards[late] = LateShard(shards[late], add)
    await shards[late].catch_up()
    found = await Shards(base).search(20, shards)
    later = await Shards(base).search(20, shards)

    assert found.people_searched == len(PEOPLE)
    assert found.change_token.number == len(PEOPLE)
    assert later.persons[0].person_id == "person-20"


async def test_shards_whose_sums_are_not_the_databases_answer_nothing(base: StoreAndIndex) -> None:
    await base.index.catch_up()
    async with base.store.write() as records:
        state = await records.changes.lock()
        await records.changes.set_sums(state.sums.plus(1, 1, 1))

    with pytest.raises(IndexDoubtful):
        await shortlisted(base, 1)

    assert base.index.doubt
    assert base.index.doubted.is_set()
    async with base.store.write() as records:
        await records.changes.set_sums(state.sums)
    await base.index.catch_up()
    assert base.index.doubt == ""
    assert (await shortlisted(base, 1))[0][0] == "person-1"


class DroppedShard(FollowingIndex):
    """A shard that is dropped as soon as it has caught up."""

    def __init__(self, shard: FollowingIndex) -> None:
        super().__init__(shard._loader, shard._search_pool)

    async def catch_up(self) -> None:
        await super().catch_up()
        await self.distrust("dropped")


async def test_the_sums_of_others_are_not_compared_if_a_shard_was_dropped(
    base: StoreAndIndex,
) -> None:
    others = list(base.index_parts[1:])

    await ShardedIndex(base.store, [DroppedShard(base.index_parts[0]), *others]).catch_up()

    assert [shard.doubt for shard in others] == [""] * (SHARDS - 1)


async def test_a_shard_that_is_damaged_is_doubted_by_all(base: StoreAndIndex) -> None:
    await base.index.catch_up()
    shard = base.index_parts[_shard_of("person-1")]
    assert shard._index is not None
    shard._index.update(["encounter-1"], [], shard._index.change_token)

    with pytest.raises(IndexDoubtful):
        await base.index.catch_up()

    await base.index.catch_up()
    assert (await shortlisted(base, 1))[0][0] == "person-1"


async def test_each_shard_has_a_snapshot_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "index.snapshot"
    await _write_two_snapshots(path)
    async with opened(tmp_path, snapshot_file=path, index_shards=2) as again:
        await enrol(again, 20)
        loaded = [await part._loader.load(use_snapshot=True) for part in again.index_parts]
        found = await shortlisted(again, 3)
    async with opened(tmp_path, snapshot_file=path, index_shards=3) as other:
        fewer = await shortlisted(other, 3)

    assert sorted(each.name for each in _files(tmp_path) if "index" in each.name) == [
        "index.snapshot.1-of-2",
        "index.snapshot.1-of-3",
        "index.snapshot.2-of-2",
        "index.snapshot.2-of-3",
        "index.snapshot.3-of-3",
    ]
    assert [each.snapshot_change for each in loaded] == [len(PEOPLE)] * 2
    assert sum(each.index.size[0] for each in loaded) == len(PEOPLE)
    assert (found[0][0], found[1]) == ("person-3", len(PEOPLE) + 1)
    assert (fewer[0][0], fewer[1]) == ("person-3", len(PEOPLE) + 1)


async def test_a_snapshot_of_another_part_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "index.snapshot"
    await _write_two_snapshots(path)
    folders = [path.with_name(f"{path.name}.{n}-of-2") for n in (1, 2)]
    for folder, other in zip(folders, ("x", "y"), strict=True):
        folder.rename(tmp_path / other)
    (tmp_path / "x").rename(folders[1])
    (tmp_path / "y").rename(folders[0])

    async with opened(tmp_path, snapshot_file=path, index_shards=2) as again:
        loaded = [await part._loader.load(use_snapshot=True) for part in again.index_parts]
        found = await shortlisted(again, 3)

    assert [each.snapshot_change for each in loaded] == [None, None]
    assert found[0][0] == "person-3"
    assert ContentSums() not in [each.index.contents.sums for each in loaded]


async def test_fraud_and_status_are_told_by_the_shard_of_the_person(base: StoreAndIndex) -> None:
    async with base.store.write() as records:
        await records.encounter_changes.set_status("encounter-5", EncounterStatus.FRAUD)

    found, other = await asyncio.gather(
        *(
            base.index.search(features(person), SearchScope(), DEPTH, seconds_left=10)
            for person in (5, 6)
        )
    )

    assert found.persons[0].known_fraud
    assert not other.persons[0].known_fraud
