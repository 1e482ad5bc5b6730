"""A search never misses what was committed before it came in; it rather says: not yet."""

import asyncio
from pathlib import Path

import pytest
from matcher.domain.biometrics import Status
from matcher.domain.errors import IndexBehind
from matcher.domain.gallery import Scope

from .truth import REACH, enrol, features, nearest, opened


async def test_each_search_sees_the_last_commit(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        for person in range(1, 8):
            await enrol(truth, person)

            found, people = await nearest(truth, person)

            assert (found[0], people) == (f"person-{person}", person)


async def test_searches_beside_changes_see_theirs(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:

        async def come_and_look(person: int) -> str:
            await enrol(truth, person)
            return (await nearest(truth, person))[0][0]

        found = await asyncio.gather(*(come_and_look(person) for person in range(1, 21)))

        assert found == [f"person-{person}" for person in range(1, 21)]


async def test_a_deadline_that_is_too_near_is_said(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        await enrol(truth, 1)

        with pytest.raises(IndexBehind) as behind:
            await truth.follower.search(features(1), Scope(), REACH, within=0)

        assert behind.value.retry_after is not None
        assert (await nearest(truth, 1))[0] == ["person-1"]


async def test_a_search_leaves_out_what_came_after(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        first = await enrol(truth, 1, Status.PENDING)
        second = await enrol(truth, 2, Status.PENDING)

        found = [
            await truth.follower.search(features(9), Scope(before=each.added), REACH, within=10)
            for each in (first, second)
        ]

        assert [[person.person_id for person in each.persons] for each in found] == [
            [],
            ["person-1"],
        ]
        assert [each.people for each in found] == [0, 1]


async def test_a_database_that_is_renamed_meanwhile_is_followed(tmp_path: Path) -> None:
    async with opened(tmp_path) as truth:
        await enrol(truth, 1)
        await truth.follower.catch_up()
        async with truth.store.read() as records:
            old = await records.changes.head()
        async with truth.store.write() as records:
            new = await records.changes.reincarnate()
        await truth.follower.catch_up()

        async with asyncio.timeout(10):
            reached = await truth.follower._reach(old)

        assert reached.at == new
