"""Which pairs of a table of scores are mates, which strangers, and which of them count where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Scores of the pairs that are mates and of those that are not."""

    genuine: Floats
    impostor: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Each image, as the probe, against each that comes after it in order.

    scores: float64 (n, n), of which what lies above the diagonal is read.
    sets, fingers: str (n,), of each image; a finger is named with its set.
    """

    scores: Floats
    sets: Labels
    fingers: Labels

    def pooled(self) -> Split:
        """All pairs, those across sets too."""
        return self._split(self.mates(), ~self.mates())

    def within(self, name: str) -> Split:
        """All pairs of a set."""
        inside = self._inside(name)
        return self._split(inside & self.mates(), inside & ~self.mates())

    def of_competition(self, name: str) -> Split:
        """FVC's pairs of a set: all mates; of strangers the first impressions of each finger."""
        first = np.zeros(len(self.fingers), np.bool_)
        first[np.unique(self.fingers, return_index=True)[1]] = True
        inside = self._inside(name)
        firsts = first[:, None] & first[None, :]
        return self._split(inside & self.mates(), inside & firsts & ~self.mates())

    def mates(self) -> Flags:
        """Whether both are of one finger, bool (n, n)."""
        return np.asarray(self.fingers[:, None] == self.fingers[None, :])

    def _inside(self, name: str) -> Flags:
        inside = self.sets == name
        return np.asarray(inside[:, None] & inside[None, :])

    def _split(self, genuine: Flags, impostor: Flags) -> Split:
        return Split(self.scores[np.triu(genuine, 1)], self.scores[np.triu(impostor, 1)])


def shuffled(fingers: Labels, sets: Labels) -> Labels:
    """Return the labels dealt out anew within each set: a control, for which EER is about 50 %."""
    rng = np.random.default_rng(0)
    dealt = fingers.copy()
    for name in np.unique(sets):
        dealt[sets == name] = rng.permutation(fingers[sets == name])
    return dealt
