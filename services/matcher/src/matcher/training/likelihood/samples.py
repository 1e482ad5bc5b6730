"""Compares synthetic impressions: what the networks of the likelihood ratio are fitted to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import Comparator, comparison_features
from matcher.comparison.likelihood import FEATURES, MINUTIA_FEATURES
from matcher.minutiae import Minutiae
from matcher.synthetic import generate_master, generate_template, same_flow_impostor
from matcher.synthetic.simulated_map import Simulate, generate_mapped_template
from matcher.training.finger_seeds import LIKELIHOOD
from matcher.training.partial_impression import keep_nearest, keep_window
from matcher.training.remaining_time import with_remaining_time
from matcher.training.stored_results import Arrays, stored_results

FINGERS, IMPRESSIONS = 14, 3
"""Of one group: 42 mated and 819 non-mated comparisons."""
CAPTURE_DIFFICULTY = (0.5, 2.0)
"""Range from which the capture difficulty of each impression is drawn."""

Floats = NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which impressions are compared.

    features: how many, from the first, are kept. simulate: makes an impression. same_flow: share
    of groups in which all fingers have the same ridge flow. partial: share of impressions that are
    partial. area: range of the share that these keep. cut: keeps that share of one.
    """

    features: int
    simulate: Simulate
    same_flow: float
    partial: float
    area: tuple[float, float]
    cut: Callable[[Minutiae, tuple[float, float], Rng], Minutiae]


def compared_pairs(
    comparator: Comparator,
    conditions: Conditions,
    groups: range,
    stored: Path | None = None,
) -> tuple[Floats, Floats]:
    """Return the features of mated and of non-mated comparisons, float64 (n, f) each.

    stored: folder of `stored_results`.
    """
    name = f"likelihood-{conditions.features}"
    of_group = stored_results(stored, name, partial(_compared_group, comparator, conditions))
    found = with_remaining_time("groups", len(groups), lambda k: of_group(groups[k]))
    mated, non_mated = map(np.concatenate, zip(*found, strict=True))
    return mated, non_mated


def _compared_group(comparator: Comparator, conditions: Conditions, group: int) -> Arrays:
    mated, non_mated = [], []
    finger = np.repeat(np.arange(FINGERS), IMPRESSIONS)
    impressions = [comparator.prepare(found) for found in _group(conditions, group)]
    for i in range(len(impressions) - 1):
        found = comparison_features(impressions[i], impressions[i + 1 :])
        found = found[:, : conditions.features]
        known, same = ~np.isnan(found).any(1), finger[i + 1 :] == finger[i]
        mated.append(found[known & same])
        non_mated.append(found[known & ~same])
    return np.concatenate(mated), np.concatenate(non_mated)


def _group(conditions: Conditions, group: int) -> Iterator[Minutiae]:
    """Yield the impressions of the fingers of a group, those of one finger after another."""
    seed = LIKELIHOOD + group * (FINGERS + 1)
    rng = np.random.default_rng(seed)
    original, same_flow = generate_master(seed), rng.random() < conditions.same_flow
    for number in range(1, FINGERS + 1):
        if same_flow:
            finger = same_flow_impostor(original, seed + number)
        else:
            finger = generate_master(seed + number)
        for impression in range(IMPRESSIONS):
            difficulty = rng.uniform(*CAPTURE_DIFFICULTY)
            found = conditions.simulate(finger, impression, capture_difficulty=difficulty)
            is_partial = rng.random() < conditions.partial
            yield conditions.cut(found, conditions.area, rng) if is_partial else found


def _nearest(found: Minutiae, area: tuple[float, float], rng: Rng) -> Minutiae:
    if not len(found):
        return found
    centre = int(rng.integers(len(found)))
    return keep_nearest(found, centre, rng.uniform(*area))


def _window(found: Minutiae, area: tuple[float, float], rng: Rng) -> Minutiae:
    return keep_window(found, rng.uniform(*area), rng)


WITH_MAPS = Conditions(
    features=FEATURES,
    simulate=generate_mapped_template,
    same_flow=0.2,
    partial=0.5,
    area=(0.2, 0.8),
    cut=_window,
)
"""Both fingers have maps."""
WITHOUT_MAP = Conditions(
    features=MINUTIA_FEATURES,
    simulate=generate_template,
    same_flow=0.6,
    partial=0.45,
    area=(0.2, 0.9),
    cut=_nearest,
)
"""A finger has no map. More fingers have one ridge flow: nothing else tells them apart."""
