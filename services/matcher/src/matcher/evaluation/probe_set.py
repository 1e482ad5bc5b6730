"""Compares one set of probes, whole or partial, with the whole images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.comparison_scores import (
    ComparisonScores,
    compare_all,
    embedding_similarities,
)
from matcher.evaluation.comparison_trials import ComparisonTrials
from matcher.evaluation.identification_rates import SearchScores, leave_one_out
from matcher.evaluation.template_extraction import ExtractedTemplates
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True, eq=False)
class ProbeSetResult:
    """All scores of a set of probes, as comparison trials and as searches.

    partial: whether the probes are cropped to half and rotated. probes: their templates.
    """

    partial: bool
    probes: ExtractedTemplates
    compared: ComparisonScores
    trials: ComparisonTrials
    searches: SearchScores

    @property
    def uncalibrated(self) -> ComparisonTrials:
        """The same trials by their raw scores."""
        return ComparisonTrials(self.compared.raw, self.trials.sets, self.trials.fingers)


def compare_probe_set(
    models: ModelBundle,
    probes: ExtractedTemplates,
    references: ExtractedTemplates,
    labels: tuple[NDArray[np.str_], NDArray[np.str_]],
    *,
    candidates: int,
    workers: int,
) -> ProbeSetResult:
    """Compare probes with references; the i-th of both are of the same impression.

    labels: set and finger of each. candidates: references of a search that are compared.
    """
    partial = probes is not references
    compared = compare_all(models, probes.minutiae, references.minutiae, workers=workers)
    trials = ComparisonTrials(compared.scores, *labels)
    searches = leave_one_out(
        embedding_similarities(models.embedding, probes.minutiae, references.minutiae),
        compared.prefilter,
        compared.scores,
        trials.fingers,
        candidates,
    )
    return ProbeSetResult(partial, probes, compared, trials, searches)
