"""Compares synthetic impressions: what the network of the likelihood ratio is fitted to."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import Comparator, comparison_features
from matcher.minutiae import Minutiae
from matcher.synthetic import generate_master, generate_template, same_flow_impostor
from matcher.training.finger_seeds import LIKELIHOOD
from matcher.training.partial_impression import keep_nearest

FINGERS, IMPRESSIONS = 14, 3
"""Of one group: 42 mated and 819 non-mated comparisons."""
SAME_FLOW = 0.6
"""Share of groups in which all fingers have the same ridge flow."""
CAPTURE_DIFFICULTY = (0.5, 2.0)
"""Range from which the capture difficulty of each impression is drawn."""
PARTIAL, AREA = 0.45, (0.2, 0.9)
"""Share of impressions that are partial, and the share of minutiae that these keep."""

Floats = NDArray[np.float64]


def compared_pairs(comparator: Comparator, groups: int) -> tuple[Floats, Floats]:
    """Return the features of mated and of non-mated comparisons, float64 (n, 16) each."""
    mated, non_mated, started = [], [], time.monotonic()
    finger = np.repeat(np.arange(FINGERS), IMPRESSIONS)
    for group in range(groups):
        impressions = [comparator.prepare(found) for found in _group(group)]
        for i in range(len(impressions) - 1):
            found = comparison_features(impressions[i], impressions[i + 1 :])
            known, same = ~np.isnan(found[:, 0]), finger[i + 1 :] == finger[i]
            mated.append(found[known & same])
            non_mated.append(found[known & ~same])
        if group % 20 == 19:
            print(f"{group + 1} of {groups} groups, {time.monotonic() - started:.0f} s", flush=True)
    return np.concatenate(mated), np.concatenate(non_mated)


def _group(group: int) -> Iterator[Minutiae]:
    """Yield the impressions of the fingers of a group, those of one finger after another."""
    seed = LIKELIHOOD + group * (FINGERS + 1)
    rng = np.random.default_rng(seed)
    original, same_flow = generate_master(seed), rng.random() < SAME_FLOW
    for number in range(1, FINGERS + 1):
        if same_flow:
            finger = same_flow_impostor(original, seed + number)
        else:
            finger = generate_master(seed + number)
        for impression in range(IMPRESSIONS):
            difficulty = rng.uniform(*CAPTURE_DIFFICULTY)
            found = generate_template(finger, impression, capture_difficulty=difficulty)
            yield _partial(found, rng) if rng.random() < PARTIAL else found


def _partial(found: Minutiae, rng: np.random.Generator) -> Minutiae:
    if not len(found):
        return found
    centre = int(rng.integers(len(found)))
    return keep_nearest(found, centre, rng.uniform(*AREA))
