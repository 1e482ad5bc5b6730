"""How do the answers of shards become the shortlist that one index over all of them would choose?

A rank within a shard means nothing elsewhere, so shards answer with scores, of at least the
``depth`` first persons of each ranking. Whoever is among the first ``count`` of all by a ranking is
among the first ``count`` of its shard by it, so ``count`` is always deep enough; usually far less
is, as persons are spread over shards by a hash.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.index_entry import FingerFeatures
from matcher.domain.shortlist import (
    SearchDepth,
    SearchScope,
    among_the_first,
    best_first,
    ranks,
)
from matcher.index.id_table import Ids

_DEVIATIONS = 4.0
"""Standard deviations by which one shard may hold more of the first persons than its part."""


@dataclass(frozen=True, slots=True, eq=False)
class ShardQuery:
    """What is searched for.

    probe: by finger position; scope, depth, any_position, also: see `MemoryIndex.search`.
    """

    probe: Mapping[int, FingerFeatures]
    scope: SearchScope
    depth: SearchDepth
    any_position: bool
    also: Sequence[str] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RankedPersons:
    """Persons with their scores, oldest first.

    ids: S64 (n,). first_change: int64 (n,), number of the change that added the oldest encounter of
    each; no two persons have the same. scores: float32 (n, fingers of the probe), NaN for none.
    is_known: bool (fingers of the probe,), whether the shard has fingers that each is compared
    with. depth: at least so many first ones of each ranking are among them, or all that have ranks.
    """

    ids: Ids
    first_change: NDArray[np.int64]
    scores: NDArray[np.float32]
    is_known: NDArray[np.bool_]
    depth: int


@dataclass(frozen=True, slots=True, eq=False)
class FoundByChannels:
    """What both channels find in a shard, and how many persons it went over.

    people_by_positions, incomplete_people: as in `Shortlist`.
    """

    people_by_positions: NDArray[np.int64]
    incomplete_people: int
    similar: RankedPersons
    voted: RankedPersons


def first_of_each_ranking(
    scores: NDArray[np.float32], depth: int, *, ranks_all: bool
) -> NDArray[np.intp]:
    """Return the rows of persons that are among the ``depth`` first of any ranking, rising.

    Of equals all, unless `ranks_all`.
    """
    if not ranks_all:
        return among_the_first(scores, depth)
    is_first = ranks(scores, ranks_all=True) < min(depth, len(scores))
    return np.flatnonzero(is_first.any(axis=1))


def depth_of_a_shard(count: int, shards: int) -> int:
    """Return how deep each shard is asked at first, to find the ``count`` first of all."""
    mean = count / shards
    return min(count, math.ceil(mean + _DEVIATIONS * math.sqrt(mean)))


def choose(
    answers: Sequence[RankedPersons], count: int, *, ranks_all: bool
) -> list[tuple[int, bytes]] | None:
    """Return at most ``count`` persons for the next step, in order: shard and id of each.

    None if one of them may be somebody whom a shard left out, as it was not asked deep enough.
    """
    shard, oldest = _joined(answers)
    scores = _scores(answers)[oldest]
    rows = np.arange(len(scores)) if ranks_all else among_the_first(scores, count)
    rank = ranks(scores[rows], ranks_all=ranks_all)
    order = best_first(scores[rows], rank)[:count]
    last_rank = rank[order[-1]].min() if len(order) == count > 0 else len(rows) - 1
    of_shard = shard[oldest[rows]]
    chosen_from = [
        np.bincount(of_shard[is_before_last], minlength=len(answers))
        for is_before_last in (rank <= last_rank).T
    ]
    depths = np.array([answer.depth for answer in answers])
    if ((depths < count) & (chosen_from >= depths)).any():
        return None  # the next one of a ranking may have been chosen, too
    chosen = oldest[rows[order]]
    ids = np.concatenate([each.ids for each in answers])
    return list(zip(shard[chosen].tolist(), ids[chosen].tolist(), strict=True))


def _joined(answers: Sequence[RankedPersons]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the shard of each person, and the persons by age, of answers one after the other."""
    shard = np.repeat(np.arange(len(answers)), [len(each.ids) for each in answers])
    return shard, np.argsort(np.concatenate([each.first_change for each in answers]))


def _scores(answers: Sequence[RankedPersons]) -> NDArray[np.float32]:
    """Return the scores by those fingers of the probe that any shard knows."""
    is_known = np.any([each.is_known for each in answers], axis=0)
    return np.concatenate([each.scores for each in answers])[:, is_known]
