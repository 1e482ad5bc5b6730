"""Makes the content of result.json: rates as fractions, with the counts beside them.

The keys are a published contract: programs outside this repository read them. Therefore they keep
the words of the FVC protocol ("genuine", "impostors") and the name of the protocol with partial
probes ("hard"), while the code has the words of ISO/IEC 19795-1 (mated, non-mated).
Every key is written in this file and nowhere else, and
tests/evaluation/test_the_result_keeps_its_keys.py states the complete set.
"""

import platform
from collections.abc import Sequence
from importlib.metadata import version
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
from matcher.evaluation.image_collection import ImageCollection
from matcher.evaluation.open_set_rates import AtSizeResult
from matcher.evaluation.probe_set import ProbeSetResult
from matcher.models import ModelVersions

Json = dict[str, Any]

_POOLED_FMR = {"fnmr_at_1e2": 100, "fnmr_at_1e3": 1_000, "fnmr_at_1e4": 10_000, "zero_fmr": None}
_SET_FMR = {"fmr100": 100, "fmr1000": 1_000, "zero_fmr": None}
_FPIR = {"1e2": 100, "1e3": 1_000}
RANKS = (1, 10, 100)
DECADES = (1, 2, 3, 4)


def result_of(
    whole: ProbeSetResult, partial: ProbeSetResult | None, baseline: ComparisonTrials | None
) -> Json:
    """Return all figures of an evaluation.

    whole, partial: the results of whole and, if asked for, of partial probes. baseline: the trials
    scored by NIST's tools, if asked for.
    """
    content: Json = {
        "sets": _rates_of_sets(whole.trials),
        "pooled": _pooled_rates(whole.trials.pooled()),
        "hard": _pooled_rates(partial.trials.pooled()) if partial else None,
        **_identification_rates(whole),
        "images_per_second": whole.probes.per_second,
        "comparisons_per_second": whole.compared.per_second,
        "one_mate": _single_mated_reference(whole),
        "calibration": _calibration(nominal_fmr_checks(whole.trials)),
        "uncalibrated": _uncalibrated_rates(whole),
    }
    if partial:
        content["hard_sets"] = _rates_of_sets(partial.trials)
        content["hard_identification"] = _identification_rates(partial)
        content["hard_one_mate"] = _single_mated_reference(partial)
        content["hard_uncalibrated"] = _uncalibrated_rates(partial)
    if baseline:
        content["bozorth3"] = {
            "sets": _rates_of_sets(baseline),
            "pooled": _pooled_rates(baseline.pooled()),
        }
    failed = {"whole": whole.probes.failed, "hard": partial.probes.failed if partial else {}}
    return content | {"failed": failed}


def at_size_of(whole: Sequence[AtSizeResult], partial: Sequence[AtSizeResult] | None) -> Json:
    """Return the figures of searches in each gallery, of whole and of partial probes."""
    content: Json = {"at_size": [_open_set_rates(each) for each in whole]}
    if partial is not None:
        content["hard_at_size"] = [_open_set_rates(each) for each in partial]
    return content


def conditions_of(
    versions: ModelVersions,
    collection: ImageCollection,
    *,
    candidates: int,
    shuffled: bool,
    workers: int,
) -> Json:
    """Return the images, versions, settings and machine of an evaluation.

    candidates, shuffled, workers: as of `EvaluationOptions`.
    """
    return {
        "skipped": list(collection.skipped),
        "measured": {
            "matcher": version("passport-matcher"),
            "extractor": versions.extractor,
            "embedding": versions.embedding,
            "comparison": versions.comparison,
            "calibration": versions.calibration,
            "candidates_compared": candidates,
            "images": len(collection.images),
            "ppi": {each.set: each.ppi for each in collection.images},
            "labels_shuffled": shuffled,
            "workers": workers,
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
        },
    }


def _rates_of_sets(trials: ComparisonTrials) -> Json:
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
        "genuine": within.mated.size,
        "impostors": within.non_mated.size,
        "fvc_impostors": fvc.non_mated.size,
    }


def _pooled_rates(scores: TrialScores) -> Json:
    """Return the error rates of all pairs together."""
    return {
        **_rates(scores, _POOLED_FMR),
        "genuine": scores.mated.size,
        "impostors": scores.non_mated.size,
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
    counts: Json = {f"{key}_missed": n for key, n in errors.items()}
    if equal:
        counts |= {"eer_missed": equal.false_non_matches, "eer_taken": equal.false_matches}
    return {
        "eer": equal.rate if equal else None,
        **shares,
        "eer_threshold": equal.threshold if equal and np.isfinite(equal.threshold) else None,
        "counts": counts,
    }


def _identification_rates(result: ProbeSetResult) -> Json:
    """Return rank-k identification rates: leave-one-out, and with one reference per finger."""
    all_others = ahead_of_best_mated(result.searches)
    one_each = ahead_of_best_mated(one_reference_per_finger(result.searches, result.trials.fingers))
    return {f"rank{rank}": all_others.identification_rate(rank) for rank in RANKS} | {
        "rank1_single": one_each.identification_rate(1),
        "searches": all_others.embedding.size,
        "searches_single": one_each.embedding.size,
    }


def _single_mated_reference(result: ProbeSetResult) -> Json:
    """Return rank-k identification rates with one mated reference, each in turn, in the gallery."""
    ahead = ahead_of_single_mated(result.searches)
    rates = {f"rank{rank}": ahead.identification_rate(rank) for rank in RANKS}
    return rates | {"searches": ahead.embedding.size}


def _uncalibrated_rates(result: ProbeSetResult) -> Json:
    """Return the error rates by raw scores: what calibration gains or costs."""
    sets = _rates_of_sets(result.uncalibrated)
    return {
        "sets": {name: rates["eer"] for name, rates in sets.items()},
        "pooled": _pooled_rates(result.uncalibrated.pooled()),
    }


def _open_set_rates(result: AtSizeResult) -> Json:
    """Return FNIR at each FPIR, as observed and as nominal; None where too few were searched."""
    scores, thresholds = result.scores, result.nominal_threshold
    searches = scores.mated.size
    missed: dict[str, int | None] = {
        f"fnir_at_fpir_{key}": scores.misses_at_observed_fpir(n) for key, n in _FPIR.items()
    }
    missed |= {
        f"fnir_at_nominal_fpir_{key}": scores.misses_at(thresholds[n]) for key, n in _FPIR.items()
    }
    return {
        "people": result.people,
        "distractors": result.distractors,
        "fingers": result.fingers,
        "compositions": result.compositions,
        "persons_composed": result.persons,
        "searches": searches,
        "searches_non_mated": scores.best_non_mated.size,
        **{key: None if n is None else n / searches for key, n in missed.items()},
        "mate_compared": result.mate_compared / searches,
        "rank1": result.at_rank_1 / searches,
        "processor_s": result.processor_seconds,
        "counts": {f"{key}_missed": n for key, n in missed.items()}
        | {
            f"nominal_fpir_{key}_taken": scores.false_positives_at(thresholds[n])
            for key, n in _FPIR.items()
        },
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


def _calibration(checks: dict[str, list[NominalFmrCheck]]) -> Json:
    """Return the checks of the nominal FMR for the JSON file."""
    return {
        name: [
            {
                "promised": each.fmr,
                "observed": each.false_matches / each.non_mated,
                "count": each.false_matches,
                "of": each.non_mated,
                "interval": [each.low, each.high],
                "inside": each.low <= each.false_matches <= each.high,
                "mates_below": each.false_non_matches,
            }
            for each in rows
        ]
        for name, rows in checks.items()
    }
