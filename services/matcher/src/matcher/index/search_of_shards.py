"""Which persons does a search shortlist, if they are divided among shards?

In three steps, each asked of all shards at once: what the channels find, the prefilter scores of
those that are among the first of all shards by either channel, and the fingers of those that are
among the first by these scores.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

from matcher.domain.change_token import ChangeToken
from matcher.domain.shortlist import ReferencePerson, Shortlist
from matcher.index.id_table import ID_BYTES, Ids
from matcher.index.memory_index import MemoryIndex
from matcher.index.ranked_persons import (
    FoundByChannels,
    RankedPersons,
    ShardQuery,
    are_deep_enough,
    choose,
    depth_of_a_shard,
)

T = TypeVar("T")


class SearchedShard(Protocol):
    """A shard as a search reads it."""

    async def __call__(self, read: Callable[[MemoryIndex], T]) -> T:
        """Return what a function, which can be pickled, reads of the shard."""
        ...


async def search_shards(
    shards: Sequence[SearchedShard], query: ShardQuery, change_token: ChangeToken
) -> Shortlist:
    """Return whom one index over the persons of all shards would shortlist, in the same order.

    change_token: the state of the database that all shards are searched at.
    """
    depth, ranks_all = query.depth, query.depth.ranks_all
    found = await _found_by_channels(shards, query)
    people = np.sum([each.people_by_positions for each in found], axis=0)
    if people.sum() <= depth.prefiltered:
        prefiltered: Sequence[Ids | None] = [None] * len(shards)
    else:
        similar = choose([each.similar for each in found], depth.by_embedding, ranks_all=ranks_all)
        voted = choose([each.voted for each in found], depth.voted, ranks_all=ranks_all)
        prefiltered = _by_shard({*similar, *voted}, len(shards))
    ranked = await _prefiltered(shards, query, prefiltered, depth.compared)
    chosen = choose(ranked, depth.compared, ranks_all=ranks_all)
    return Shortlist(
        await _reference_persons(shards, query, chosen),
        people,
        sum(each.incomplete_people for each in found),
        change_token,
    )


async def _found_by_channels(
    shards: Sequence[SearchedShard], query: ShardQuery
) -> list[FoundByChannels]:
    similar, voted, ranks_all = query.depth.by_embedding, query.depth.voted, query.depth.ranks_all

    async def found(similar: int, voted: int) -> list[FoundByChannels]:
        read = partial(MemoryIndex.find, query=query, similar=similar, voted=voted)
        return await _all(shard(read) for shard in shards)

    answers = await found(
        depth_of_a_shard(similar, len(shards)), depth_of_a_shard(voted, len(shards))
    )
    if are_deep_enough(
        [each.similar for each in answers], similar, ranks_all=ranks_all
    ) and are_deep_enough([each.voted for each in answers], voted, ranks_all=ranks_all):
        return answers
    return await found(similar, voted)


async def _prefiltered(
    shards: Sequence[SearchedShard],
    query: ShardQuery,
    prefiltered: Sequence[Ids | None],
    count: int,
) -> list[RankedPersons]:
    async def ranked(depth: int) -> list[RankedPersons]:
        return await _all(
            shard(partial(MemoryIndex.prefilter, query=query, person_ids=ids, depth=depth))
            for shard, ids in zip(shards, prefiltered, strict=True)
        )

    answers = await ranked(depth_of_a_shard(count, len(shards)))
    if are_deep_enough(answers, count, ranks_all=query.depth.ranks_all):
        return answers
    return await ranked(count)


async def _reference_persons(
    shards: Sequence[SearchedShard], query: ShardQuery, chosen: Sequence[tuple[int, bytes]]
) -> tuple[ReferencePerson, ...]:
    """Return these persons, and then the others that are shortlisted in any case, in their order.

    Any shard is asked for the others. Those that were deleted meanwhile are left out.
    """
    person_ids = [person_id.decode() for _, person_id in chosen]
    others = [each for each in query.also if each not in person_ids]
    asked = {*chosen, *((n, each.encode()) for n in range(len(shards)) for each in others)}
    answers = await _all(
        shard(partial(MemoryIndex.reference_persons, query=query, person_ids=ids))
        for shard, ids in zip(shards, _by_shard(asked, len(shards)), strict=True)
        if len(ids)
    )
    by_id = {person.person_id: person for answer in answers for person in answer}
    return tuple(by_id[each] for each in (*person_ids, *others) if each in by_id)


def _by_shard(persons: Iterable[tuple[int, bytes]], shards: int) -> list[Ids]:
    ids: list[list[bytes]] = [[] for _ in range(shards)]
    for shard, person_id in persons:
        ids[shard].append(person_id)
    return [np.array(of_shard, f"S{ID_BYTES}") for of_shard in ids]


async def _all(answers: Iterable[Awaitable[T]]) -> list[T]:
    return list(await asyncio.gather(*answers))
