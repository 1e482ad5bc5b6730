"""How likely does a search miss the mated reference, given which fingers people have on record?"""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import PreparedFinger

_NEGLECTED_SHARE = 0.001
"""Share of the people searched for whom the prediction may be replaced by 1, to save time."""


def predict_fnir(
    calibration: ScoreCalibration,
    probe: Mapping[int, PreparedFinger],
    people_by_positions: NDArray[np.int64],
    threshold: float,
) -> float:
    """Return the predicted false negative identification rate of a search, 0 to 1.

    probe: by finger position. people_by_positions: see `Shortlist`. A mated reference is taken to
    be any of these people with equal probability, to have on record what it has, and to be missed
    where that is no finger of the probe. Without people the rate is that of a reference with all
    fingers. Takes 2 ms, more for ten fingers and many different sets of them.
    """
    people = _people_by_common(probe, people_by_positions)
    total = left = people.total()
    if not total:
        return calibration.predicted_fnir([*probe.values()], threshold)
    missed = 0.0
    for common, count in people.most_common():
        if left <= _NEGLECTED_SHARE * total:
            break
        fingers = [probe[position] for position in common]
        missed += count * calibration.predicted_fnir(fingers, threshold)
        left -= count
    return min(1.0, (missed + left) / total)


def _people_by_common(
    probe: Mapping[int, PreparedFinger], people_by_positions: NDArray[np.int64]
) -> Counter[tuple[int, ...]]:
    """Return how many people have exactly which positions of the probe on record."""
    people: Counter[tuple[int, ...]] = Counter()
    for positions in np.flatnonzero(people_by_positions).tolist():
        common = tuple(p for p in sorted(probe) if positions >> p - 1 & 1)
        people[common] += int(people_by_positions[positions])
    return people
