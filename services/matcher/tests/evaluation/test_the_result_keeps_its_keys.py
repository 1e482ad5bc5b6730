"""The keys of result.json and the columns of the scores are published: they do not change.

Those of a whole run are compared in test_a_folder_of_images_is_evaluated.
"""

import numpy as np
from matcher.evaluation.comparison_scores import ComparisonScores
from matcher.evaluation.comparison_trials import ComparisonTrials
from matcher.evaluation.identification_rates import leave_one_out
from matcher.evaluation.probe_set import ProbeSetResult
from matcher.evaluation.result_json import result_of
from matcher.evaluation.template_extraction import ExtractedTemplates

from .result_keys import IDENTIFICATION


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
