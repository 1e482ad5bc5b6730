"""What a comparison's raw score means: -log10 of the false match rate (FMR), per finger and person.

A score of 4 says: of 10,000 comparisons of strangers of this size, one would score as high. Size
is the geometric mean of the minutiae of both fingers, as many as pairs could be made of; beside it
and the raw score quality says no more (docs/model-card-calibration.md). The curves, in
`calibration.json`, come from synthetic strangers and are made by `build_calibration`. Beyond what
was counted there an exponential tail goes on: the generalised Pareto distribution of shape 0
(Coles, "An Introduction to Statistical Modeling of Extreme Values", 2001, chapter 4); the shape
found is below 0, so that strangers are rarer than this tail says.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv  # type: ignore[import-untyped, unused-ignore]

STORED = Path(__file__).with_name("calibration.json")

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Scores of strangers of about this size.

    raw, score: float64 (p,), rising from the least raw score there is and 0: the counted part,
        score = -log10 share of strangers above.
    decade: raw score by which, beyond the last of these, strangers are ten times as rare.
    """

    size: float
    raw: Scores
    score: Scores
    decade: float

    def __call__(self, raw: Scores) -> Scores:
        """Return -log10 FMR, 0 or more, rising with `raw`."""
        beyond = np.maximum(raw - self.raw[-1], 0) / self.decade
        return np.asarray(np.interp(raw, self.raw, self.score) + beyond)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Curves by rising size, and how far sums of fingers are shrunk.

    comparison: the version of `compare` whose raw scores these are.
    """

    comparison: str
    curves: list[Curve]
    shrink: float

    def finger_score(self, raw: Scores, size: Scores) -> Scores:
        """Return -log10 FMR, same shape: between the curves of the nearest sizes, by log size."""
        sizes = np.log([curve.size for curve in self.curves])
        place = np.interp(np.log(np.maximum(size, 1)), sizes, np.arange(len(sizes)))
        near = [np.maximum(0, 1 - np.abs(place - k)) for k in range(len(sizes))]
        of_curves = zip(self.curves, near, strict=True)
        return np.asarray(sum(share * curve(raw) for curve, share in of_curves))

    def person_score(self, fingers: Scores) -> float:
        """See `person_score`."""
        if not fingers.size:
            return 0.0
        x = float(fingers.sum()) * self.shrink * math.log(10)
        terms = sum(x**i / math.factorial(i) for i in range(fingers.size))
        return max(0.0, (x - math.log(terms)) / math.log(10))


def finger_score(raw: ArrayLike, n_probe: ArrayLike, n_candidate: ArrayLike) -> Scores:
    """Return -log10 FMR of raw scores of `compare`, 0 or more, in their common shape.

    n_probe, n_candidate: minutiae of either side (len of its Prepared). Rises strictly with raw.
    """
    size = np.sqrt(np.multiply(n_probe, n_candidate, dtype=np.float64))
    raw, size = np.broadcast_arrays(np.asarray(raw, np.float64), size)
    return _CALIBRATION.finger_score(raw, size)


def person_score(fingers: ArrayLike) -> float:
    """Return -log10 FMR of a person, given the scores of the k fingers both sides have.

    Scores of strangers are exponential by construction, so the sum of k is Erlang's:
    FMR = exp(-x) (1 + x + ... + x^(k-1) / (k-1)!), x = ln 10 times the sum. The sum is first
    shrunk by as much as person-level strangers exceed that. No finger in common scores 0.
    """
    return _CALIBRATION.person_score(np.asarray(fingers, np.float64))


def needed(threshold: float, fingers: int) -> float:
    """Return the sum of so many finger scores, one or more, whose person score is `threshold`."""
    x = float(gammainccinv(fingers, 10.0**-threshold))
    return x / (_CALIBRATION.shrink * math.log(10))


def threshold(target_fpir: float, people: int) -> float:
    """Return the person score at which a search among so many raises few enough false alarms.

    target_fpir: share of searches of people not on record that may return anybody, 0 < t < 1.
    people: persons searched. Raises ValueError outside these ranges.
    """
    if not 0 < target_fpir < 1 or people < 0:
        raise ValueError("target_fpir must lie between 0 and 1, people must not be negative")
    each = -math.expm1(math.log1p(-target_fpir) / max(people, 1))
    return -math.log10(each)


def content(calibration: Calibration) -> dict[str, object]:
    """Return what `load` reads, for a JSON file."""
    curves = [
        {
            "size": round(curve.size, 2),
            "raw": np.round(curve.raw, 4).tolist(),
            "score": np.round(curve.score, 3).tolist(),
            "decade": round(curve.decade, 4),
        }
        for curve in calibration.curves
    ]
    return {
        "comparison": calibration.comparison,
        "shrink": calibration.shrink,
        "curves": curves,
    }


def load(path: Path) -> Calibration:
    """Read a calibration."""
    stored = json.loads(path.read_text())
    curves = [
        Curve(
            size=curve["size"],
            raw=np.array(curve["raw"], np.float64),
            score=np.array(curve["score"], np.float64),
            decade=curve["decade"],
        )
        for curve in stored["curves"]
    ]
    return Calibration(stored["comparison"], curves, stored["shrink"])


_CALIBRATION = load(STORED)
COMPARISON = _CALIBRATION.comparison
VERSION = f"{COMPARISON}-{hashlib.sha256(STORED.read_bytes()).hexdigest()[:8]}"
