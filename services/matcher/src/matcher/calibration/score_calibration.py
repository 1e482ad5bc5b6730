"""What a raw score means (FMR of fingers and of persons), the thresholds, and the predicted FNIR.

Pairs of which a finger has no map of its ridges have numbers of their own. All numbers come from
`calibration.json`, which `matcher.training.calibration` makes from synthetic fingers, or from a
file that `matcher calibrate` makes from an operator's own.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv  # type: ignore[import-untyped, unused-ignore]

from matcher.calibration.false_match_curves import FalseMatchCurve, interpolated_score
from matcher.calibration.fnir_prediction import (
    MatedScoreDistribution,
    quality_weighted_minutiae,
)
from matcher.comparison.comparator import PreparedFinger

CALIBRATION_FILE = Path(__file__).with_name("calibration.json")
"""The calibration that comes with this package."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCalibration:
    """The calibration of the raw scores of one version of the comparison.

    comparison_version: the version of `Comparator` that gave the raw scores. That of without_map
        may be an earlier one, which scored all pairs as this one scores those.
    curves: by rising size.
    sum_factor: at most 1; sums of finger scores are multiplied by it, since the scores of a
        person's fingers in non-mated comparisons are not quite independent.
    without_map: of pairs of which a finger has no map of its ridges; None if all are scored alike.
    digest: first 8 hexadecimal digits of the file's SHA-256; empty if it comes from no file.
    """

    comparison_version: str
    curves: Sequence[FalseMatchCurve]
    sum_factor: float
    mated_scores: MatedScoreDistribution
    without_map: Self | None = None
    digest: str = ""

    @classmethod
    def load(cls, path: Path = CALIBRATION_FILE) -> Self:
        """Read a file that holds what `as_json` returned. Raises OSError, ValueError.

        The keys of the file never change: its digest is part of the version.
        """
        data = path.read_bytes()
        try:
            return cls._read(json.loads(data), hashlib.sha256(data).hexdigest()[:8])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not a calibration file: {error!r}") from None

    @classmethod
    def _read(cls, stored: Any, digest: str = "") -> Self:
        without_map = stored.get("without_map")
        return cls(
            **_parts(stored),
            without_map=None if without_map is None else cls._read(without_map),
            digest=digest,
        )

    def as_json(self) -> dict[str, object]:
        """Return the content of a calibration file, rounded."""
        content: dict[str, object] = {
            "comparison": self.comparison_version,
            "shrink": self.sum_factor,
            "curves": [
                {
                    "size": round(curve.size, 2),
                    "raw": np.round(curve.raw, 4).tolist(),
                    "score": np.round(curve.score, 3).tolist(),
                    "decade": round(curve.raw_per_decade, 4),
                }
                for curve in self.curves
            ],
            "mates": {
                "worth": np.round(self.mated_scores.information, 2).tolist(),
                "below": np.round(self.mated_scores.below, 4).tolist(),
            },
        }
        if self.without_map is not None:
            content["without_map"] = self.without_map.as_json()
        return content

    @property
    def version(self) -> str:
        """Name of this calibration in decision records; it names the comparison's version too."""
        return f"{self.comparison_version}-{self.digest}"

    @property
    def highest_counted_score(self) -> float:
        """The finger score up to which the curves of all sizes are counted, not extrapolated."""
        others = () if self.without_map is None else self.without_map.curves
        return min(float(curve.score[-1]) for curve in (*self.curves, *others))

    def finger_scores(
        self,
        raw: ArrayLike,
        n_probe: ArrayLike,
        n_reference: ArrayLike,
        by_map: ArrayLike = True,
    ) -> Floats:
        """Return -log10 FMR of raw scores, 0 or more, in the common shape of the arguments.

        n_probe, n_reference: numbers of minutiae of both fingers (`len` of their PreparedFinger).
        by_map: whether both have a map of their ridges. Rises strictly with `raw`.
        """
        size = np.sqrt(np.multiply(n_probe, n_reference, dtype=np.float64))
        raw, size, with_map = np.broadcast_arrays(np.asarray(raw, np.float64), size, by_map)
        scores = interpolated_score(self.curves, raw, size)
        if self.without_map is None or with_map.all():
            return scores
        return np.where(with_map, scores, self.without_map.finger_scores(raw, n_probe, n_reference))

    def person_score(self, finger_scores: ArrayLike) -> float:
        """Return -log10 FMR of a person, given the scores of the k fingers present on both sides.

        Finger scores of non-mated comparisons are exponentially distributed by construction, so the
        sum of k follows the Erlang distribution: FMR = exp(-x) (1 + x + ... + x^(k-1) / (k-1)!),
        where x is ln 10 times the sum times `sum_factor`. Without a common finger the score is 0.
        """
        scores = np.asarray(finger_scores, np.float64)
        if not scores.size:
            return 0.0
        x = float(scores.sum()) * self.sum_factor * math.log(10)
        terms = sum(x**i / math.factorial(i) for i in range(scores.size))
        return max(0.0, (x - math.log(terms)) / math.log(10))

    def finger_score_sum(self, person_score: float, fingers: int) -> float:
        """Return the sum of that many finger scores (1 or more) that gives this person score."""
        x = float(gammainccinv(fingers, 10.0**-person_score))
        return x / (self.sum_factor * math.log(10))

    def predicted_fnir(self, probe: Sequence[PreparedFinger], threshold: float) -> float:
        """Return the predicted false negative identification rate of this probe, 0 to 1.

        threshold: a person score; the rate rises with it. Assumed is that the mated reference has
        all fingers of the probe, was captured under supervision or somewhat worse, and is among the
        references compared. Without a finger the rate is 1. If a finger has no map of its ridges,
        it is the rate as if none had.
        """
        if not probe:
            return 1.0
        if self.without_map is not None and not all(finger.has_map for finger in probe):
            return self.without_map.predicted_fnir(probe, threshold)
        information = [quality_weighted_minutiae(finger) for finger in probe]
        return self.mated_scores.share_below(
            information, self.finger_score_sum(threshold, len(probe))
        )


def _parts(stored: Any) -> dict[str, Any]:
    """Return the parts of a calibration but its digest, of the content of a calibration file."""
    return {
        "comparison_version": stored["comparison"],
        "curves": [
            FalseMatchCurve(
                size=curve["size"],
                raw=np.array(curve["raw"], np.float64),
                score=np.array(curve["score"], np.float64),
                raw_per_decade=curve["decade"],
            )
            for curve in stored["curves"]
        ],
        "sum_factor": stored["shrink"],
        "mated_scores": MatedScoreDistribution(
            np.array(stored["mates"]["worth"], np.float64),
            np.array(stored["mates"]["below"], np.float64),
        ),
    }


def person_score_threshold(target_fpir: float, persons: int) -> float:
    """Return the lowest threshold on person scores that keeps a search within the target FPIR.

    target_fpir: false positive identification rate (ISO/IEC 19795-1), the share of searches of
        people not on record that may return anybody, 0 < target_fpir < 1.
    persons: number of persons searched. Raises ValueError outside these ranges.
    """
    if not 0 < target_fpir < 1 or persons < 0:
        raise ValueError("target_fpir must lie between 0 and 1, persons must not be negative")
    fmr = -math.expm1(math.log1p(-target_fpir) / max(persons, 1))
    return -math.log10(fmr)
