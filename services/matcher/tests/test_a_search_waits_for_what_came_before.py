"""A search never misses what was committed before it; if it cannot wait it is refused."""

import asyncio
from pathlib import Path

import pytest
from matcher.domain.encounter import EncounterStatus
from matcher.domain.errors import IndexBehind
from matcher.domain.shortlist import SearchScope

from .store_and_index import DEPTH, enrol, features, opened, shortlisted


async def test_each_search_sees_the_last_commit(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        for person in range(1, 8):
            await enrol(base, person)

            found, people = await shortlisted(base, person)

            assert (found[0], people) == (f"person-{person}", person)


async def test_searches_beside_changes_see_theirs(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:

        async def enrol_and_search(person: int) -> str:
            await enrol(base, person)
            return (await shortlisted(base, person))[0][0]

        found = await asyncio.gather(*(enrol_and_search(person) for person in range(1, 21)))

        assert found == [f"person-{person}" for person in range(1, 21)]


async def test_a_deadline_that_is_too_near_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)

        with pytest.raises(IndexBehind) as behind:
            await base.index.search(features(1), SearchScope(), DEPTH, seconds_left=0)

        assert behind.value.retry_after is not None
        assert (await shortlisted(base, 1))[0] == ["person-1"]


async def test_a_search_leaves_out_what_came_after(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        first = await enrol(base, 1, EncounterStatus.PENDING)
        second = await enrol(base, 2, EncounterStatus.PENDING)

        found = [
            await base.index.search(
                features(9), SearchScope(added_before=each.added_by_change), DEPTH, seconds_left=10
            )
            for each in (first, second)
        ]

        assert [[person.person_id for person in each.persons] for each in found] == [
            [],
            ["person-1"],
        ]
        assert [each.people_searched for each in found] == [0, 1]


async def test_a_new_epoch_is_followed(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        await base.index.catch_up()
        async with base.store.read() as records:
            old = await records.changes.head()
        async with base.store.write() as records:
            new = await records.changes.start_new_epoch()
        await base.index.catch_up()

        async with asyncio.timeout(10):
            reached = await base.index_parts[0]._caught_up_with(old)

        assert reached.change_token == new
