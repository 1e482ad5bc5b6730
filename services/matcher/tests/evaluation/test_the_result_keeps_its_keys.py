"""The keys of result.json and the columns of the scores are published: they do not change."""

from typing import Any

import numpy as np
import pytest
from matcher.evaluation.comparison_scores import ComparisonScores
from matcher.evaluation.comparison_trials import ComparisonTrials
from matcher.evaluation.identification_rates import leave_one_out
from matcher.evaluation.probe_set import ProbeSetResult
from matcher.evaluation.result_json import result_of
from matcher.evaluation.template_extraction import ExtractedTemplates

from .evaluation_run import Run

pytestmark = pytest.mark.timeout(420)
"""The evaluation takes half a minute, and a minute more for the kernels of a fresh checkout."""

SET = {
    "eer": float,
    "fmr100": float,
    "fmr1000": float,
    "zero_fmr": float,
    "eer_threshold": float,
    "counts": {
        "fmr100_missed": int,
        "fmr1000_missed": int,
        "zero_fmr_missed": int,
        "eer_missed": int,
        "eer_taken": int,
    },
    "fvc_eer": float,
    "images": int,
    "fingers": int,
    "genuine": int,
    "impostors": int,
    "fvc_impostors": int,
}
POOLED = {
    "eer": float,
    "fnmr_at_1e2": float,
    "fnmr_at_1e3": float,
    "fnmr_at_1e4": float,
    "zero_fmr": float,
    "eer_threshold": float,
    "counts": {
        "fnmr_at_1e2_missed": int,
        "fnmr_at_1e3_missed": int,
        "fnmr_at_1e4_missed": int,
        "zero_fmr_missed": int,
        "eer_missed": int,
        "eer_taken": int,
    },
    "genuine": int,
    "impostors": int,
}
RATE = {"embedding": float, "reranked": float}
IDENTIFICATION = {
    "rank1": RATE,
    "rank10": RATE,
    "rank100": RATE,
    "rank1_single": RATE,
    "searches": int,
    "searches_single": int,
}
ONE_MATE = {"rank1": RATE, "rank10": RATE, "rank100": RATE, "searches": int}
CALIBRATION = {
    "promised": float,
    "observed": float,
    "count": int,
    "of": int,
    "interval": [int, int],
    "inside": bool,
    "mates_below": int,
}
AT_SIZE = {
    "people": int,
    "distractors": int,
    "fingers": int,
    "compositions": int,
    "persons_composed": int,
    "searches": int,
    "searches_non_mated": int,
    "fnir_at_fpir_1e2": type(None),
    "fnir_at_fpir_1e3": type(None),
    "fnir_at_nominal_fpir_1e2": float,
    "fnir_at_nominal_fpir_1e3": float,
    "mate_compared": float,
    "rank1": float,
    "processor_s": float,
    "counts": {
        "fnir_at_fpir_1e2_missed": type(None),
        "fnir_at_fpir_1e3_missed": type(None),
        "fnir_at_nominal_fpir_1e2_missed": int,
        "fnir_at_nominal_fpir_1e3_missed": int,
        "nominal_fpir_1e2_taken": int,
        "nominal_fpir_1e3_taken": int,
    },
}
UNCALIBRATED = {"sets": {"ink": float, "live": float}, "pooled": POOLED}
RESULT = {
    "sets": {"ink": SET, "live": SET},
    "pooled": POOLED,
    "hard": POOLED,
    **IDENTIFICATION,
    "images_per_second": float,
    "comparisons_per_second": float,
    "one_mate": ONE_MATE,
    "calibration": {
        "pooled": [CALIBRATION] * 4,
        "ink": [CALIBRATION] * 4,
        "live": [CALIBRATION] * 4,
    },
    "uncalibrated": UNCALIBRATED,
    "hard_sets": {"ink": SET, "live": SET},
    "hard_identification": IDENTIFICATION,
    "hard_one_mate": ONE_MATE,
    "hard_uncalibrated": UNCALIBRATED,
    "bozorth3": {"sets": {"ink": SET, "live": SET}, "pooled": POOLED},
    "at_size": [AT_SIZE] * 2,
    "hard_at_size": [AT_SIZE] * 2,
    "failed": {"whole": {"ink/2_3": str}, "hard": {"ink/2_3": str}},
    "skipped": [str],
    "measured": {
        "matcher": str,
        "extractor": str,
        "embedding": str,
        "comparison": str,
        "calibration": str,
        "candidates_compared": int,
        "images": int,
        "ppi": {"ink": int, "live": int},
        "labels_shuffled": bool,
        "workers": int,
        "machine": str,
    },
}
"""All keys, with the type of each value; ink and live are the names of the sets."""


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _types(each) for key, each in value.items()}
    return [_types(each) for each in value] if isinstance(value, list) else type(value)


def test_the_keys_of_the_result_are_these_at_every_level(run: Run) -> None:
    assert _types(run.result) == RESULT


def test_without_options_hard_is_null_and_further_keys_are_missing() -> None:
    scores, sets = np.eye(4), np.array(["live"] * 4)
    trials = ComparisonTrials(scores, sets, np.array(["1", "1", "2", "2"]))
    whole = ProbeSetResult(
        partial=False,
        probes=ExtractedTemplates([None] * 4, {}, 6.0),
        compared=ComparisonScores(scores, scores, scores, scores, 8_000.0),
        trials=trials,
        searches=leave_one_out(scores, scores, scores, trials.fingers, 4),
    )

    result = result_of(whole, None, None)

    assert result["hard"] is None
    assert result["failed"] == {"whole": {}, "hard": {}}
    assert result.keys() == {
        "sets",
        "pooled",
        "hard",
        *IDENTIFICATION,
        "images_per_second",
        "comparisons_per_second",
        "one_mate",
        "calibration",
        "uncalibrated",
        "failed",
    }


@pytest.mark.parametrize("name", ["pairs.csv", "pairs-hard.csv"])
def test_the_columns_of_the_scores_are_these(run: Run, name: str) -> None:
    assert {tuple(row) for row in run.pairs(name)} == {
        ("set_a", "name_a", "set_b", "name_b", "score")
    }
