"""Turns scores into the figures of the JSON result: fractions, with the counts beside them."""

from typing import Any

import numpy as np

from matcher.evaluation.comparison_trials import ComparisonTrials, TrialScores
from matcher.evaluation.error_rates import (
    NominalFmrCheck,
    check_nominal_fmr,
    equal_error_rate,
    false_non_matches_at_fmr,
)
from matcher.evaluation.identification_rates import (
    ahead_of_best_mated,
    ahead_of_single_mated,
    one_reference_per_finger,
)
from matcher.evaluation.probe_set import ProbeSetResult

Json = dict[str, Any]

_POOLED_FMR = {"fnmr_at_1e2": 100, "fnmr_at_1e3": 1_000, "fnmr_at_1e4": 10_000, "zero_fmr": None}
_SET_FMR = {"fmr100": 100, "fmr1000": 1_000, "zero_fmr": None}
RANKS = (1, 10, 100)
DECADES = (1, 2, 3, 4)


def rates_of_sets(trials: ComparisonTrials) -> Json:
    """Return the error rates of each set, by its name."""
    return {str(name): _rates_of_set(trials, str(name)) for name in np.unique(trials.sets)}


def _rates_of_set(trials: ComparisonTrials, name: str) -> Json:
    within, fvc = trials.within_set(name), trials.fvc_protocol(name)
    inside = trials.sets == name
    fvc_eer = equal_error_rate(fvc.mated, fvc.non_mated)
    return {
        **_rates(within, _SET_FMR),
        "fvc_eer": fvc_eer.rate if fvc_eer else None,
        "images": int(inside.sum()),
        "fingers": len(np.unique(trials.fingers[inside])),
        "mated": within.mated.size,
        "non_mated": within.non_mated.size,
        "fvc_impostors": fvc.non_mated.size,
    }


def pooled_rates(scores: TrialScores) -> Json:
    """Return the error rates of all pairs together."""
    return {
        **_rates(scores, _POOLED_FMR),
        "mated": scores.mated.size,
        "non_mated": scores.non_mated.size,
    }


def _rates(scores: TrialScores, at: dict[str, int | None]) -> Json:
    """Return EER and FNMR at each FMR asked for; None where there is nothing to count."""
    equal = equal_error_rate(scores.mated, scores.non_mated)
    errors = {
        key: false_non_matches_at_fmr(scores.mated, scores.non_mated, one_in)
        for key, one_in in at.items()
    }
    mated = scores.mated.size
    shares = {key: None if n is None or not mated else n / mated for key, n in errors.items()}
    counts: Json = {f"{key}_false_non_matches": n for key, n in errors.items()}
    if equal:
        counts |= {
            "eer_false_non_matches": equal.false_non_matches,
            "eer_false_matches": equal.false_matches,
        }
    return {
        "eer": equal.rate if equal else None,
        **shares,
        "eer_threshold": equal.threshold if equal and np.isfinite(equal.threshold) else None,
        "counts": counts,
    }


def identification_rates(result: ProbeSetResult) -> Json:
    """Return rank-k identification rates: leave-one-out, and with one reference per finger."""
    all_others = ahead_of_best_mated(result.searches)
    one_each = ahead_of_best_mated(one_reference_per_finger(result.searches, result.trials.fingers))
    return {f"rank{rank}": all_others.identification_rate(rank) for rank in RANKS} | {
        "rank1_one_reference_per_finger": one_each.identification_rate(1),
        "searches": all_others.embedding.size,
        "searches_one_reference_per_finger": one_each.embedding.size,
    }


def single_mated_reference(result: ProbeSetResult) -> Json:
    """Return rank-k identification rates with one mated reference, each in turn, in the gallery."""
    ahead = ahead_of_single_mated(result.searches)
    rates = {f"rank{rank}": ahead.identification_rate(rank) for rank in RANKS}
    return rates | {"searches": ahead.embedding.size}


def uncalibrated_rates(result: ProbeSetResult) -> Json:
    """Return the error rates by raw scores: what calibration gains or costs."""
    sets = rates_of_sets(result.uncalibrated)
    return {
        "sets": {name: rates["eer"] for name, rates in sets.items()},
        "pooled": pooled_rates(result.uncalibrated.pooled()),
    }


def nominal_fmr_checks(trials: ComparisonTrials) -> dict[str, list[NominalFmrCheck]]:
    """Return nominal and observed FMR at each of `DECADES`, pooled and by set."""
    scores = {"pooled": trials.pooled()}
    scores |= {str(name): trials.within_set(str(name)) for name in np.unique(trials.sets)}
    return {
        name: [check_nominal_fmr(each.mated, each.non_mated, decades) for decades in DECADES]
        for name, each in scores.items()
        if each.non_mated.size
    }


def calibration(checks: dict[str, list[NominalFmrCheck]]) -> Json:
    """Return the checks of the nominal FMR for the JSON file."""
    return {
        name: [
            {
                "nominal_fmr": each.fmr,
                "observed_fmr": each.false_matches / each.non_mated,
                "false_matches": each.false_matches,
                "non_mated": each.non_mated,
                "interval_95": [each.low, each.high],
                "inside_interval": each.low <= each.false_matches <= each.high,
                "false_non_matches": each.false_non_matches,
            }
            for each in rows
        ]
        for name, rows in checks.items()
    }
