"""Which comparison trials of a table of scores are mated, and which of them count where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class TrialScores:
    """Scores of mated and of non-mated comparison trials, float64 (n,) each."""

    mated: Floats
    non_mated: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonTrials:
    """Comparisons of each image, as the probe, with each image that comes after it in order.

    scores: float64 (n, n), of which only what lies above the diagonal is used.
    sets, fingers: str (n,), labels of each image; the name of a finger contains its set.
    """

    scores: Floats
    sets: Labels
    fingers: Labels

    def pooled(self) -> TrialScores:
        """Return the scores of all pairs, those across sets too."""
        mated = self.is_mated()
        return self._scores_of(mated, ~mated)

    def within_set(self, name: str) -> TrialScores:
        """Return the scores of all pairs of a set."""
        inside = self._inside(name)
        return self._scores_of(inside & self.is_mated(), inside & ~self.is_mated())

    def fvc_protocol(self, name: str) -> TrialScores:
        """Return the scores of a set by FVC's protocol: all mated pairs (FVC's genuine), and of the
        non-mated (impostor) only those of the first impressions of each finger.
        """
        first = np.zeros(len(self.fingers), np.bool_)
        first[np.unique(self.fingers, return_index=True)[1]] = True
        inside = self._inside(name)
        firsts = first[:, None] & first[None, :]
        return self._scores_of(inside & self.is_mated(), inside & firsts & ~self.is_mated())

    def is_mated(self) -> Flags:
        """Return whether both images are of one finger, bool (n, n)."""
        return np.asarray(self.fingers[:, None] == self.fingers[None, :])

    def _inside(self, name: str) -> Flags:
        inside = self.sets == name
        return np.asarray(inside[:, None] & inside[None, :])

    def _scores_of(self, mated: Flags, non_mated: Flags) -> TrialScores:
        return TrialScores(self.scores[np.triu(mated, 1)], self.scores[np.triu(non_mated, 1)])


def shuffle_labels(fingers: Labels, sets: Labels) -> Labels:
    """Return the finger labels permuted within each set: a control, whose EER is about 50 %."""
    rng = np.random.default_rng(0)
    shuffled = fingers.copy()
    for name in np.unique(sets):
        shuffled[sets == name] = rng.permutation(fingers[sets == name])
    return shuffled
