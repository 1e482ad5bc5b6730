"""Compares every two images of an operator's fingers, by the service's comparison."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.curve_fitting import NonMatedScores
from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.evaluation.progress import with_progress
from matcher.evaluation.threads import map_in_threads

MOST_PAIRS = 4_000_000
"""Pairs that are compared; of more, as many are drawn at random."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class FingerPairs:
    """Compared pairs of images, mated and non-mated.

    first, second: int64 (n,), indices of the images. fingers: int64, the finger of each image.
    raw: raw scores. size: geometric mean of the numbers of minutiae of both; float64 (n,).
    """

    first: Integers
    second: Integers
    fingers: Integers
    raw: Floats
    size: Floats

    @property
    def mated(self) -> Flags:
        """Whether both images are of one finger, bool (n,)."""
        return np.asarray(self.fingers[self.first] == self.fingers[self.second])

    def where(self, chosen: Flags) -> "FingerPairs":
        """Return some of the pairs; chosen: bool (n,)."""
        return FingerPairs(
            self.first[chosen],
            self.second[chosen],
            self.fingers,
            self.raw[chosen],
            self.size[chosen],
        )

    def among(self, fingers: Integers) -> "FingerPairs":
        """Return the pairs of which both fingers are among these."""
        inside = np.isin(self.fingers, fingers)
        return self.where(inside[self.first] & inside[self.second])

    def non_mated_scores(self) -> NonMatedScores:
        """Return the scores of the pairs of different fingers."""
        some = ~self.mated
        return NonMatedScores(self.raw[some], self.size[some], np.ones(int(some.sum())))


def compare_pairs(
    comparator: Comparator,
    images: Sequence[PreparedFinger],
    fingers: Sequence[str],
    names: Sequence[str],
    *,
    workers: int,
) -> FingerPairs:
    """Compare each image with each later one, but not images of one name in different sets.

    fingers: of each image, unique among all sets. names: of the finger within its set; two fingers
    of one name in different sets may be one, so what they score says nothing.
    """
    number = np.unique(np.array(fingers), return_inverse=True)[1].astype(np.int64)
    name = np.unique(np.array(names), return_inverse=True)[1]
    share = MOST_PAIRS / max(1, len(images) * (len(images) - 1) // 2)

    def compare_row(i: int) -> tuple[Integers, Floats]:
        later = np.arange(i + 1, len(images))
        known = (number[later] == number[i]) | (name[later] != name[i])
        drawn = np.random.default_rng((len(images), i)).random(len(later)) < share
        second = later[known & drawn]
        raw = comparator.compare(images[i], [images[j] for j in second])
        return second, raw.astype(np.float64)

    rows = map_in_threads(compare_row, range(len(images) - 1), workers)
    done = list(with_progress(rows, "images compared", len(images) - 1))
    first = np.repeat(np.arange(len(done)), [len(second) for second, _ in done])
    second = np.concatenate([second for second, _ in done])
    lengths = np.array([len(image) for image in images], np.float64)
    raw = np.concatenate([raw for _, raw in done])
    return FingerPairs(first, second, number, raw, np.sqrt(lengths[first] * lengths[second]))
