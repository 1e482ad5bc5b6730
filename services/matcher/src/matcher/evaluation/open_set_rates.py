"""Error rates of searches in which the person may be on record or not (ISO/IEC 19795-1).

FPIR: share of non-mated searches with a person at or above the threshold. FNIR: share of mated
searches in which the mated person is not there, or below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.error_rates import false_non_matches_at_fmr
from matcher.evaluation.image_collection import ImageCollection
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle

Scores = NDArray[np.float64]
Templates = Sequence[Minutiae | None]
"""Template of each image of a collection, None where it cannot be read."""
ONE_IN = (100, 1_000)
"""The FPIR at which errors are counted, as one in so many."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenSetScores:
    """Scores of searches, -inf where there is no such candidate.

    mated: float64 (m,), of the mated person in each mated search. best_non_mated: float64 (n,), of
    the best candidate in each non-mated search.
    """

    mated: Scores
    best_non_mated: Scores

    def misses_at_observed_fpir(self, one_in: int) -> int | None:
        """Return the mated searches missed at the lowest threshold with FPIR at most 1 / `one_in`.

        None with fewer than `one_in` non-mated searches: not one of them may then be a false
        positive, and nothing says how rare those are above the highest score.
        """
        if self.best_non_mated.size < one_in:
            return None
        return false_non_matches_at_fmr(self.mated, self.best_non_mated, one_in)

    def misses_at(self, threshold: float) -> int:
        """Return the mated searches missed at a threshold."""
        return int((self.mated < threshold).sum())

    def false_positives_at(self, threshold: float) -> int:
        """Return the non-mated searches that have a hit at a threshold."""
        return int((self.best_non_mated >= threshold).sum())


@dataclass(frozen=True, slots=True, eq=False)
class AtSizeResult:
    """Searches for composed persons in one gallery.

    people: in the gallery, the composed ones too. distractors: synthetic people in it. fingers: of
    each person. compositions, persons: how many times persons were composed, and how many at once.
    scores: of each search. nominal_threshold: by which the service decides at an FPIR of one in so
    many, in this gallery. mate_compared: mated searches that compared the mated person's minutiae.
    at_rank_1: of which it was the best candidate. processor_seconds: of a search, on average.
    """

    people: int
    distractors: int
    fingers: int
    compositions: int
    persons: int
    scores: OpenSetScores
    nominal_threshold: Mapping[int, float]
    mate_compared: int
    at_rank_1: int
    processor_seconds: float


class EvaluateAtSize(Protocol):
    """What measures searches among many synthetic people, by the code that serves."""

    def check(self, collection: ImageCollection) -> None:
        """Raise ValueError if these images are too few."""
        ...

    def __call__(
        self,
        models: ModelBundle,
        collection: ImageCollection,
        references: Templates,
        probes: Templates,
    ) -> list[AtSizeResult]:
        """Return the result of each gallery, the smallest first.

        references: templates of the images as they are on record; probes: as they are searched.
        """
        ...
