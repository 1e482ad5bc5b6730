"""Rank-k identification rates: how often a search finds, by embedding and after re-ranking.

A non-mated reference with the same score as the mated one counts as ranked before it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.str_]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class NonMatedAhead:
    """Non-mated references ranked before the best mated one in each search, int64 (s,).

    Only searches that have a mated reference; by embedding, and re-ranked by comparison.
    """

    embedding: Counts
    reranked: Counts

    def identification_rate(self, rank: int) -> dict[str, float | None]:
        """Return the share of searches with a mated reference among the first `rank`, or None."""
        return {"embedding": _share(self.embedding, rank), "reranked": _share(self.reranked, rank)}


@dataclass(frozen=True, slots=True, eq=False)
class SearchScores:
    """Scores of each stage of many searches, (probes, references) each.

    similarity: of the embeddings. prefilter: prefilter scores, 0 upwards; the prefilter sees all
    references, as the service's does at this size. scores: of the comparison, 0 upwards.
    mated: same finger. searched: false where the reference is the probe itself.
    compared: how many references of the highest prefilter scores are compared.
    """

    similarity: Floats
    prefilter: Floats
    scores: Floats
    mated: Flags
    searched: Flags
    compared: int

    def part(self, probes: Counts, references: Counts) -> "SearchScores":
        """Return the searches of some probes among some of the references, given as indices."""
        part = np.ix_(probes, references)
        return SearchScores(
            self.similarity[part],
            self.prefilter[part],
            self.scores[part],
            self.mated[part],
            self.searched[part],
            self.compared,
        )


def leave_one_out(
    similarity: Floats, prefilter: Floats, scores: Floats, fingers: Labels, compared: int
) -> SearchScores:
    """Return the searches of each image among all others."""
    itself = np.eye(len(fingers), dtype=np.bool_)
    mated = (fingers[:, None] == fingers[None, :]) & ~itself
    return SearchScores(similarity, prefilter, scores, mated, ~itself, compared)


def one_reference_per_finger(searches: SearchScores, fingers: Labels) -> SearchScores:
    """Return the searches among the first image of each finger; all other images are probes."""
    _, first = np.unique(fingers, return_index=True)
    others = np.setdiff1d(np.arange(len(fingers)), first)
    return searches.part(others, np.sort(first))


def ahead_of_best_mated(searches: SearchScores) -> NonMatedAhead:
    """Count the non-mated references ranked before the best of all mated ones, per probe."""
    rows = np.flatnonzero(searches.mated.any(axis=1))
    columns = np.arange(searches.mated.shape[1])
    part = searches.part(rows, columns)
    similarity = np.where(part.searched, part.similarity, -np.inf)
    return NonMatedAhead(_ahead(similarity, part), _ahead(_reranked(part), part))


def ahead_of_single_mated(searches: SearchScores) -> NonMatedAhead:
    """Count the non-mated references ranked before each mated one, as if it were the only one."""
    embedding, reranked = [], []
    for similarity, prefilter, scores, mated, searched in zip(
        searches.similarity,
        searches.prefilter,
        searches.scores,
        searches.mated,
        searches.searched,
        strict=True,
    ):
        non_mated = np.flatnonzero(searched & ~mated)
        non_mated = non_mated[np.argsort(-prefilter[non_mated], kind="stable")]
        compared_too = scores[non_mated[: searches.compared - 1]]
        for reference in np.flatnonzero(mated):
            embedding.append(int((similarity[non_mated] >= similarity[reference]).sum()))
            ahead = int((prefilter[non_mated] >= prefilter[reference]).sum())
            compared = ahead < searches.compared
            reranked.append(int((compared_too >= scores[reference]).sum()) if compared else ahead)
    return NonMatedAhead(np.array(embedding, np.int64), np.array(reranked, np.int64))


def _reranked(part: SearchScores) -> Floats:
    """Return values to rank by: those compared first, by score, the others by prefilter score."""
    prefilter = np.where(part.searched, part.prefilter, -np.inf)
    first = np.argsort(-prefilter, axis=1, kind="stable")[:, : part.compared]
    order: Floats = part.prefilter - part.prefilter.max() - 1  # below any score
    np.put_along_axis(order, first, np.take_along_axis(part.scores, first, axis=1), axis=1)
    order[~part.searched] = -np.inf
    return order


def _ahead(order: Floats, part: SearchScores) -> Counts:
    best = np.where(part.mated, order, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(((order >= best) & ~part.mated & part.searched).sum(axis=1))


def _share(ahead: Counts, rank: int) -> float | None:
    return float((ahead < rank).mean()) if ahead.size else None
