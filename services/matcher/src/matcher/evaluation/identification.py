"""How often a search finds: ranks of mates in a gallery, by embedding and re-ranked.

A stranger with the same score as the mate counts as ahead of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.str_]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Searches:
    """Strangers ahead of the best mate in each search that has one, int64 (s,), in two orders."""

    embedding: Counts
    reranked: Counts

    def found(self, rank: int) -> dict[str, float | None]:
        """Return the share of searches with a mate among the first `rank`; None without any."""
        return {"embedding": _share(self.embedding, rank), "reranked": _share(self.reranked, rank)}


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """A gallery and what each stage says of it; rows are probes, columns the gallery.

    similar: embeddings' inner products. promising: of the prefilter, 0 upwards, which looks at all:
    the service's does at this size. scores: of the exact comparison, 0 upwards.
    mates: same finger. there: false where the column is the probe itself.
    compared: how many the prefilter hands to the exact comparison.
    """

    similar: Floats
    promising: Floats
    scores: Floats
    mates: Flags
    there: Flags
    compared: int

    def part(self, rows: Counts, columns: Counts) -> "Gallery":
        """Return the searches of some probes among some of the gallery."""
        part = np.ix_(rows, columns)
        return Gallery(
            self.similar[part],
            self.promising[part],
            self.scores[part],
            self.mates[part],
            self.there[part],
            self.compared,
        )


def gallery(
    similar: Floats, promising: Floats, scores: Floats, fingers: Labels, compared: int
) -> Gallery:
    """Return the gallery of leave-one-out: each image sought among all others."""
    itself = np.eye(len(fingers), dtype=np.bool_)
    mates = (fingers[:, None] == fingers[None, :]) & ~itself
    return Gallery(similar, promising, scores, mates, ~itself, compared)


def any_mate(among: Gallery) -> Searches:
    """Search each probe; the best of its mates counts."""
    rows = np.flatnonzero(among.mates.any(axis=1))
    columns = np.arange(among.mates.shape[1])
    part = among.part(rows, columns)
    similar = np.where(part.there, part.similar, -np.inf)
    return Searches(_ahead(similar, part), _ahead(_reranked(part), part))


def single_mate(among: Gallery) -> Searches:
    """Search each probe for each of its mates, all other mates left out of the gallery."""
    embedding, reranked = [], []
    for similar, promising, scores, mates, there in zip(
        among.similar, among.promising, among.scores, among.mates, among.there, strict=True
    ):
        strangers = np.flatnonzero(there & ~mates)
        strangers = strangers[np.argsort(-promising[strangers], kind="stable")]
        with_mate = scores[strangers[: among.compared - 1]]
        for mate in np.flatnonzero(mates):
            embedding.append(int((similar[strangers] >= similar[mate]).sum()))
            ahead = int((promising[strangers] >= promising[mate]).sum())
            compared = ahead < among.compared
            reranked.append(int((with_mate >= scores[mate]).sum()) if compared else ahead)
    return Searches(np.array(embedding, np.int64), np.array(reranked, np.int64))


def one_each(among: Gallery, fingers: Labels) -> Gallery:
    """Return the gallery of each finger's first image; all others are the probes."""
    _, first = np.unique(fingers, return_index=True)
    others = np.setdiff1d(np.arange(len(fingers)), first)
    return among.part(others, np.sort(first))


def _reranked(part: Gallery) -> Floats:
    """The prefilter's order, but its first `compared` come first, ordered by their score."""
    promising = np.where(part.there, part.promising, -np.inf)
    first = np.argsort(-promising, axis=1, kind="stable")[:, : part.compared]
    order: Floats = part.promising - part.promising.max() - 1  # below any score
    np.put_along_axis(order, first, np.take_along_axis(part.scores, first, axis=1), axis=1)
    order[~part.there] = -np.inf
    return order


def _ahead(order: Floats, part: Gallery) -> Counts:
    best = np.where(part.mates, order, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(((order >= best) & ~part.mates & part.there).sum(axis=1))


def _share(ahead: Counts, rank: int) -> float | None:
    return float((ahead < rank).mean()) if ahead.size else None
