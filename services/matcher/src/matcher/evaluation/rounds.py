"""One round of the protocol: probes against the whole images, and all that is counted of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.comparing import Comparisons, compare_all, similarities
from matcher.evaluation.identification import Gallery, gallery
from matcher.evaluation.reading import Templates
from matcher.evaluation.trial import Trial
from matcher.models import ModelBundle


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """hard: whether the probes are halved and turned. probes: what was read of them."""

    hard: bool
    probes: Templates
    compared: Comparisons
    trial: Trial
    among: Gallery

    @property
    def uncalibrated(self) -> Trial:
        """The same pairs by their raw scores: what calibration gains or costs."""
        return Trial(self.compared.raw, self.trial.sets, self.trial.fingers)


def play(
    models: ModelBundle,
    probes: Templates,
    whole: Templates,
    labels: tuple[NDArray[np.str_], NDArray[np.str_]],
    *,
    candidates: int,
    workers: int,
) -> Round:
    """Compare probes with whole images; the i-th of both are of the same touch.

    labels: set and finger of each. candidates: how many of a search are compared exactly.
    """
    hard = probes is not whole
    compared = compare_all(models, probes.minutiae, whole.minutiae, workers=workers)
    trial = Trial(compared.scores, *labels)
    similar = similarities(models.embedding, probes.minutiae, whole.minutiae)
    among = gallery(similar, compared.promising, compared.scores, trial.fingers, candidates)
    return Round(hard, probes, compared, trial, among)
