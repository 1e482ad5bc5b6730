"""How likely does a search miss the mated reference, given which fingers people have on record?"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import PreparedFinger
from matcher.domain.shortlist import ReferencePerson
from matcher.ridge_map import NO_MAP

Fingers = Mapping[int, PreparedFinger]

_NEGLECTED_SHARE = 0.001
"""Share of the people searched for whom the prediction may be replaced by 1, to save time."""


def predicted_by_maps(
    probe: Fingers, references: Sequence[ReferencePerson], rate: Callable[[Fingers], float]
) -> float:
    """Return the predicted FNIR of a probe, given whose fingers have maps of their ridges.

    rate: the prediction for a probe whose mated reference has a map of each finger that it shares
    with the probe, if this has. References of which such a finger has none count by their share, as
    if the probe had none. references: those compared, taken to be as all that were searched.
    """
    if not any(finger.has_map for finger in probe.values()):
        return rate(probe)
    mapped = [_are_mapped(person, probe) for person in references]
    share = sum(mapped) / len(mapped) if mapped else 1.0
    without_maps = {p: replace(finger, ridge_map=NO_MAP) for p, finger in probe.items()}
    return sum(
        weight * rate(fingers)
        for weight, fingers in ((share, probe), (1 - share, without_maps))
        if weight
    )


def _are_mapped(person: ReferencePerson, probe: Fingers) -> bool:
    """Return whether all fingers that the person shares with the probe have a map."""
    return all(
        any(impression.finger.has_map for impression in person.impressions[position])
        for position in probe
        if position in person.impressions
    )


def predict_fnir(
    calibration: ScoreCalibration,
    probe: Fingers,
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
    probe: Fingers, people_by_positions: NDArray[np.int64]
) -> Counter[tuple[int, ...]]:
    """Return how many people have exactly which positions of the probe on record."""
    people: Counter[tuple[int, ...]] = Counter()
    for positions in np.flatnonzero(people_by_positions).tolist():
        common = tuple(p for p in sorted(probe) if positions >> p - 1 & 1)
        people[common] += int(people_by_positions[positions])
    return people
