"""How likely a search misses whom it looks for, predicted from the probe alone (FNIR).

Synthetic mates say how a finger of some worth scores against another touch of itself. A threshold
rises with the people searched, and with it the share of mates below it: this says how far.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.scores import STORED, needed
from matcher.comparison.compare import Prepared

STEP = 0.25
"""Distance of the scores at which mates are counted."""

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Mates:
    """How mates score.

    worth: float64 (w,), rising: of the probe's finger.
    below: float64 (c, w, s), share of mates that score less than STEP, 2 STEP, ..., rising, the
        last 1; c is how badly the other touches were taken, all as likely, alike on all fingers.
    """

    worth: Shares
    below: Shares

    def missed(self, worth: Sequence[float], total: float) -> float:
        """Return the share of mates whose finger scores sum to less than `total`.

        worth: of each finger of the probe, at least one.
        """
        return min(1.0, float(np.mean([self._missed(each, worth, total) for each in self.below])))

    def _missed(self, below: Shares, worth: Sequence[float], total: float) -> float:
        spread = np.ones(1)
        for finger in worth:
            spread = np.convolve(spread, np.diff(self._of(below, finger), prepend=0.0))
        # Each of k scores lies somewhere in its step, so their sum half of k steps above.
        ends = STEP * (np.arange(len(spread)) + (len(worth) + 1) / 2)
        return float(np.interp(total, [0.0, *ends], [0.0, *np.cumsum(spread)]))

    def _of(self, below: Shares, finger: float) -> Shares:
        place = float(np.interp(finger, self.worth, np.arange(len(self.worth))))
        first = min(int(place), len(self.worth) - 2)
        share = place - first
        return np.asarray((1 - share) * below[first] + share * below[first + 1])


def worth(finger: Prepared) -> float:
    """Return how much a finger can show: its minutiae, each by its quality from 0 to 1."""
    return float(finger.place[:, 3].sum()) / 100


def predicted_fnir(probe: Sequence[Prepared], threshold: float) -> float:
    """Return how likely the probe's mate scores below `threshold`, 0 to 1, rising with it.

    threshold: a person score. The mate is taken to have all fingers of the probe, taken as under
    supervision or somewhat worse, and to be among those compared. Without a finger, 1.
    """
    if not probe:
        return 1.0
    return _MATES.missed([worth(finger) for finger in probe], needed(threshold, len(probe)))


def content(mates: Mates) -> dict[str, object]:
    """Return what `load` reads, for a JSON file."""
    return {"worth": np.round(mates.worth, 2).tolist(), "below": np.round(mates.below, 4).tolist()}


def load(path: Path) -> Mates:
    """Read the mates of a calibration."""
    stored = json.loads(path.read_text())["mates"]
    return Mates(np.array(stored["worth"]), np.array(stored["below"]))


_MATES = load(STORED)
