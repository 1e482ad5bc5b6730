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
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.domain.shortlist import ReferencePerson, SearchDepth, Shortlist
from matcher.index.id_table import ID_BYTES, Ids
from matcher.index.memory_index import MemoryIndex
from matcher.index.ranked_persons import (
    FoundByChannels,
    RankedPersons,
    ShardQuery,
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
    found, prefiltered = await _found_by_channels(shards, query)
    chosen = await _prefiltered(shards, query, prefiltered)
    return Shortlist(
        await _reference_persons(shards, query, chosen),
        _people_by_positions(found),
        sum(each.incomplete_people for each in found),
        change_token,
    )


async def _found_by_channels(
    shards: Sequence[SearchedShard], query: ShardQuery
) -> tuple[list[FoundByChannels], Sequence[Ids | None]]:
    """Return what the channels find, and who of each shard is prefiltered; None for everybody."""
    depth = query.depth

    async def find(similar: int, voted: int) -> list[FoundByChannels]:
        read = partial(MemoryIndex.find, query=query, similar=similar, voted=voted)
        return await _all(shard(read) for shard in shards)

    asked = (depth_of_a_shard(count, len(shards)) for count in (depth.by_embedding, depth.voted))
    found = await find(*asked)
    if _people_by_positions(found).sum() <= depth.prefiltered:
        return found, [None] * len(shards)
    if (chosen := _of_both_channels(found, depth)) is None:
        found = await find(depth.by_embedding, depth.voted)
        chosen = _of_both_channels(found, depth)
    return found, _by_shard(chosen or (), len(shards))


def _people_by_positions(found: Sequence[FoundByChannels]) -> NDArray[np.int64]:
    return np.asarray(np.sum([each.people_by_positions for each in found], axis=0))


def _of_both_channels(
    found: Sequence[FoundByChannels], depth: SearchDepth
) -> set[tuple[int, bytes]] | None:
    """Return whom either channel chooses; None if the shards were not asked deep enough."""
    similar = choose(
        [each.similar for each in found], depth.by_embedding, ranks_all=depth.ranks_all
    )
    voted = choose([each.voted for each in found], depth.voted, ranks_all=depth.ranks_all)
    return None if similar is None or voted is None else {*similar, *voted}


async def _prefiltered(
    shards: Sequence[SearchedShard], query: ShardQuery, prefiltered: Sequence[Ids | None]
) -> Sequence[tuple[int, bytes]]:
    """Return the first of all by their prefilter scores, in order: shard and id of each."""
    count, ranks_all = query.depth.compared, query.depth.ranks_all

    async def ranked(depth: int) -> list[RankedPersons]:
        return await _all(
            shard(partial(MemoryIndex.prefilter, query=query, person_ids=ids, depth=depth))
            for shard, ids in zip(shards, prefiltered, strict=True)
        )

    chosen = choose(await ranked(depth_of_a_shard(count, len(shards))), count, ranks_all=ranks_all)
    if chosen is None:
        chosen = choose(await ranked(count), count, ranks_all=ranks_all)
    return chosen or ()


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
