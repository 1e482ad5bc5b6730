"""What a comparison's raw score means: -log10 of the false match rate (FMR), per finger and person.

A score of 4 says: of 10,000 comparisons of strangers with as many minutiae, one would score as
high. The curves, in `calibration.json`, come from synthetic strangers and are made by
`build_calibration`; beyond what was counted there, a generalised Pareto tail goes on (Pickands,
Annals of Statistics 3(1), 1975; Coles, "An Introduction to Statistical Modeling of Extreme
Values", 2001, chapter 4).
"""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

HIGHEST = 12.0
"""No finger scores more: the counted comparisons are far too few to tell."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Scores of strangers of whom the poorer finger has `fewest` or more minutiae.

    raw, score: float64 (p,), rising: the counted part, score = -log10 share of strangers above.
    scale, shape: of the Pareto tail that starts at the last of these.
    """

    fewest: int
    raw: Scores
    score: Scores
    scale: float
    shape: float

    def __call__(self, raw: Scores) -> Scores:
        """Return -log10 FMR, 0 to 12, rising with `raw`."""
        beyond = np.maximum(raw - self.raw[-1], 0) / self.scale
        decades = np.log1p(self.shape * beyond) / (self.shape * math.log(10))
        counted = np.interp(raw, self.raw, self.score)
        return np.asarray(np.minimum(counted + decades, HIGHEST))


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Curves by rising `fewest`, the first from 0, and how far sums of fingers are shrunk.

    comparison: the version of `compare` whose raw scores these are.
    """

    comparison: str
    curves: list[Curve]
    shrink: float

    def finger_score(self, raw: Scores, fewer: NDArray[np.integer]) -> Scores:
        """Return -log10 FMR of raw scores, by the minutiae of the poorer finger, same shape."""
        scores = np.zeros(raw.shape)
        chosen = np.searchsorted([curve.fewest for curve in self.curves], fewer, "right") - 1
        for index, curve in enumerate(self.curves):
            scores[chosen == index] = curve(raw[chosen == index])
        return scores


def finger_score(raw: ArrayLike, n_probe: ArrayLike, n_candidate: ArrayLike) -> Scores:
    """Return -log10 FMR of raw scores of `compare`, 0 to 12, in their common shape.

    n_probe, n_candidate: minutiae of either side (len of its Prepared).
    """
    fewer = np.minimum(n_probe, n_candidate)
    raw, fewer = np.broadcast_arrays(np.asarray(raw, np.float64), fewer)
    return _CALIBRATION.finger_score(raw, fewer)


def person_score(fingers: ArrayLike) -> float:
    """Return -log10 FMR of a person, given the scores of the k fingers both sides have.

    Scores of strangers are exponential by construction, so the sum of k is Erlang's:
    FMR = exp(-x) (1 + x + ... + x^(k-1) / (k-1)!), x = ln 10 times the sum. The sum is first
    shrunk by as much as person-level strangers exceed that. No finger in common scores 0.
    """
    scores = np.asarray(fingers, np.float64)
    if not scores.size:
        return 0.0
    x = float(scores.sum()) * _CALIBRATION.shrink * math.log(10)
    terms = sum(x**i / math.factorial(i) for i in range(scores.size))
    return max(0.0, (x - math.log(terms)) / math.log(10))


def threshold(target_fpir: float, people: int) -> float:
    """Return the person score at which a search among so many raises few enough false alarms.

    target_fpir: share of searches of people not on record that may return anybody, 0 < t < 1.
    people: persons searched. Raises ValueError outside these ranges.
    """
    if not 0 < target_fpir < 1 or people < 0:
        raise ValueError("target_fpir must lie between 0 and 1, people must not be negative")
    each = -math.expm1(math.log1p(-target_fpir) / max(people, 1))
    return -math.log10(each)


def store(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON."""
    curves = [
        {
            "fewest": curve.fewest,
            "raw": np.round(curve.raw, 6).tolist(),
            "score": np.round(curve.score, 3).tolist(),
            "scale": round(curve.scale, 7),
            "shape": round(curve.shape, 4),
        }
        for curve in calibration.curves
    ]
    content = {"comparison": calibration.comparison, "shrink": calibration.shrink, "curves": curves}
    path.write_text(json.dumps(content, indent=1) + "\n")


def load(path: Path) -> Calibration:
    """Read what `store` wrote."""
    content = json.loads(path.read_text())
    curves = [
        Curve(
            fewest=curve["fewest"],
            raw=np.array(curve["raw"], np.float64),
            score=np.array(curve["score"], np.float64),
            scale=curve["scale"],
            shape=curve["shape"],
        )
        for curve in content["curves"]
    ]
    return Calibration(content["comparison"], curves, content["shrink"])


_STORED = Path(__file__).with_name("calibration.json")
_CALIBRATION = load(_STORED)
COMPARISON = _CALIBRATION.comparison
VERSION = f"{COMPARISON}-{hashlib.sha256(_STORED.read_bytes()).hexdigest()[:8]}"
