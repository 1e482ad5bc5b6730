"""The log-likelihood ratio of an alignment: mated against non-mated, from its features.

Sixteen features measure how many minutiae coincide and how well, and which should have coincided
but do not; fourteen more, where both fingers have a map, how far their ridges agree. A small
network, trained on synthetic mated and non-mated comparisons, turns them into the ratio; where a
finger has no map, another does, of the sixteen alone. The weights of both, in `likelihood.json`,
are made by `matcher.training.likelihood`.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.alignment import inverse
from matcher.comparison.ridge_agreement import RIDGE_FEATURES
from matcher.jit import compiled

MINUTIA_FEATURES = 16
"""Number of features of an alignment that minutiae give."""
FEATURES = MINUTIA_FEATURES + RIDGE_FEATURES
"""Number of all features; those that maps give come last."""
_METHODS = {13: ("align2", 0.2), MINUTIA_FEATURES: ("align3", 0.1), FEATURES: ("align4", 0.1)}
"""Name of the comparison, and quality of the faintest minutiae that it was made for, by how many of
the features, from the first, its network takes."""
LOWEST_RAW_SCORE = -20.0
"""Raw score of fingers that cannot be compared; no comparison scores less."""
LIKELIHOOD_FILE = Path(__file__).with_name("likelihood.json")
"""The network that comes with this package."""

_DIRECTIONS = 16
"""Directions in which the outline of a finger is measured."""
_STEP = 2 * math.pi / _DIRECTIONS
_COS, _SIN = np.cos(_STEP * np.arange(_DIRECTIONS)), np.sin(_STEP * np.arange(_DIRECTIONS))
_OUTLINE_MARGIN = 5.0
"""Pixels outside the other finger's outline within which a partner is still expected."""
_MOST_SIMILAR = 3
"""Pairs whose similarity counts apart from the others': a few sure ones tell a small overlap."""

Floats = NDArray[np.float32]
Weights = NDArray[np.float64]


@compiled
def alignment_features(
    moved: Floats,
    probe_quality: Floats,
    reference: Floats,
    reference_quality: Floats,
    similar: Floats,
    partner: NDArray[np.int64],
    weight: NDArray[np.float64],
    support: float,
) -> NDArray[np.float64]:
    """Return the features of an alignment, float64 (16,), each about -8 to 7.

    moved, reference: float32 (n, 3) and (m, 3), placements of the probe's minutiae, already laid on
    the reference, and of the reference's; qualities: float32, 0 to 1; similar: float32 (n, m),
    similarity of descriptors; the rest as `alignment.align` returns it.

    Each feature rises with what it measures: 0 number of pairs, 1 their weight, 2 their quality,
    3 support, 4 mean similarity, 5 mean distance, 6 mean difference of angle, 7 area of the pairs,
    8 and 9 summed quality of unpaired minutiae where the fingers overlap (of the finger with less,
    with more), 10 and 11 number of minutiae (of the finger with fewer, with more), 12 share of
    minutiae that are paired (logarithm), 13 mean similarity of the three most similar pairs (of
    fewer: a third of their sum), 14 area where the fingers overlap (logarithm), 15 mean quality of
    the pairs.
    """
    features = np.zeros(MINUTIA_FEATURES)
    sure_probe, sure_reference = np.sqrt(probe_quality), np.sqrt(reference_quality)
    paired = np.nonzero(partner >= 0)[0]
    good, sure, similarity, distance, turned = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in paired:
        j = partner[i]
        quality = sure_probe[i] * sure_reference[j]
        good += weight[i] * quality
        sure += quality
        similarity += similar[i, j]
        distance += math.hypot(moved[i, 0] - reference[j, 0], moved[i, 1] - reference[j, 1])
        turned += math.acos(min(1.0, max(-1.0, math.cos(moved[i, 2] - reference[j, 2]))))
    outline, reference_outline = _outline(moved), _outline(reference)
    probe_alone = _unpaired_quality(moved, probe_quality, partner, reference_outline)
    reference_alone = _unpaired_quality(
        reference, reference_quality, inverse(partner, len(reference)), outline
    )
    pairs = max(1, len(paired))
    features[0] = math.sqrt(len(paired))
    features[1] = math.sqrt(good)
    features[2] = math.log(0.2 + sure)
    features[3] = math.sqrt(support)
    features[4] = similarity / pairs
    features[5] = distance / pairs / 5
    features[6] = 5 * turned / pairs
    features[7] = math.sqrt(_area(_outline(moved[paired]))) / 100 if len(paired) > 2 else 0.0
    features[8] = math.sqrt(min(probe_alone, reference_alone))
    features[9] = math.sqrt(max(probe_alone, reference_alone))
    features[10] = math.log(3.0 + min(len(moved), len(reference)))
    features[11] = math.log(3.0 + max(len(moved), len(reference)))
    features[12] = math.log(
        (good * good + 0.05) / (good + probe_alone + 3) / (good + reference_alone + 3)
    )
    features[13] = _most_similar(similar, partner, paired)
    features[14] = math.log(100 + _area(np.minimum(outline, reference_outline))) / 4
    features[15] = sure / pairs
    return features


@compiled
def _most_similar(similar: Floats, partner: NDArray[np.int64], paired: NDArray[np.int64]) -> float:
    """Return the sum of the greatest similarities of pairs, divided by how many are asked for."""
    greatest = np.zeros(_MOST_SIMILAR)
    for i in paired:
        least = np.argmin(greatest)
        greatest[least] = max(greatest[least], similar[i, partner[i]])
    return float(greatest.sum()) / _MOST_SIMILAR


@compiled
def _outline(placement: Floats) -> NDArray[np.float64]:
    """Return how far the minutiae reach in each direction, pixels from the origin, float64 (16,).

    placement: float32 (n, 3), x, y (pixels) and angle.
    """
    extent = np.full(_DIRECTIONS, -np.inf)
    for direction in range(_DIRECTIONS):
        for i in range(len(placement)):
            here = _COS[direction] * placement[i, 0] + _SIN[direction] * placement[i, 1]
            extent[direction] = max(extent[direction], here)
    return extent


@compiled
def _area(outline: NDArray[np.float64]) -> float:
    """Return the square pixels within an outline; its corners lie a little outside the finger."""
    area = 0.0
    for direction in range(_DIRECTIONS):
        here = outline[direction]
        around = outline[direction - 1] + outline[(direction + 1) % _DIRECTIONS]
        area += 0.5 * here * (around - 2 * here * _COS[1]) / _SIN[1]
    return max(0.0, area)


@compiled
def _unpaired_quality(
    placement: Floats,
    quality: Floats,
    partner: NDArray[np.int64],
    other_outline: NDArray[np.float64],
) -> float:
    """Return the summed quality of unpaired minutiae that lie within the other finger's outline."""
    total = 0.0
    for i in range(len(placement)):
        if partner[i] >= 0:
            continue
        inside = True
        for direction in range(_DIRECTIONS):
            extent = _COS[direction] * placement[i, 0] + _SIN[direction] * placement[i, 1]
            inside &= extent <= other_outline[direction] + _OUTLINE_MARGIN
        total += quality[i] if inside else 0.0
    return total


@compiled
def log_likelihood_ratio(
    features: NDArray[np.float64],
    hidden_weights: NDArray[np.float64],
    hidden_bias: NDArray[np.float64],
    output_weights: NDArray[np.float64],
    direct_weights: NDArray[np.float64],
    bias: float,
) -> float:
    """Return the natural logarithm of the likelihood ratio, `LOWEST_RAW_SCORE` or more.

    The weights are those of a `LikelihoodNetwork`.
    """
    ratio = bias
    for i in range(len(direct_weights)):
        ratio += direct_weights[i] * features[i]
    for unit in range(len(output_weights)):
        hidden = hidden_bias[unit]
        for i in range(len(direct_weights)):
            hidden += hidden_weights[i, unit] * features[i]
        ratio += output_weights[unit] * math.tanh(hidden)
    return max(LOWEST_RAW_SCORE, ratio)


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodNetwork:
    """A network of one hidden layer of h units, with direct connections past it.

    hidden_weights, hidden_bias: float64 (f, h) and (h,). output_weights: float64 (h,).
    direct_weights: float64 (f,), of the features themselves. bias: of the output. f: 30, or 16 or
    13 of a network that takes no maps.
    digest: first 8 hexadecimal digits of the file's SHA-256; empty if it comes from no file.
    without_map: the network for pairs of which a finger has no map, if this one takes maps.
    Raises ValueError if the shapes are others, or one of the two networks is missing.
    """

    hidden_weights: Weights
    hidden_bias: Weights
    output_weights: Weights
    direct_weights: Weights
    bias: float
    digest: str = ""
    without_map: Self | None = None

    def __post_init__(self) -> None:
        features, units = len(self.direct_weights), len(self.output_weights)
        if (
            features not in _METHODS
            or self.direct_weights.shape != (features,)
            or self.hidden_weights.shape != (features, units)
            or self.hidden_bias.shape != self.output_weights.shape
            or self.output_weights.shape != (units,)
        ):
            raise ValueError(f"a likelihood network of {features} features cannot be used")
        if self.takes_maps != (self.without_map is not None):
            raise ValueError("a network that takes maps needs another one for pairs without")

    @property
    def takes_maps(self) -> bool:
        """Whether it is for pairs of fingers that both have a map of their ridges."""
        return len(self.direct_weights) == FEATURES

    @property
    def method(self) -> str:
        """Name of the alignment and its features, a part of the comparison's version."""
        return _METHODS[len(self.direct_weights)][0]

    @property
    def minimum_quality(self) -> float:
        """Quality of the faintest minutiae of an image that it was made for, 0 to 1."""
        return _METHODS[len(self.direct_weights)][1]

    @classmethod
    def load(cls, path: Path = LIKELIHOOD_FILE) -> Self:
        """Read what `store` wrote. Raises OSError, ValueError, KeyError.

        The keys of the file never change: its digest is part of the version.
        """
        data = path.read_bytes()
        return cls._read(json.loads(data), hashlib.sha256(data).hexdigest()[:8])

    @classmethod
    def _read(cls, stored: Any, digest: str = "") -> Self:
        without_map = stored.get("without_map")
        return cls(
            hidden_weights=np.array(stored["inward"]),
            hidden_bias=np.array(stored["threshold"]),
            output_weights=np.array(stored["outward"]),
            direct_weights=np.array(stored["straight"]),
            bias=float(stored["bias"]),
            digest=digest,
            without_map=None if without_map is None else cls._read(without_map),
        )

    def store(self, path: Path) -> None:
        """Write the network as JSON, rounded to six digits."""
        path.write_text(json.dumps(self._as_json(), indent=1) + "\n")

    def _as_json(self) -> dict[str, object]:
        weights: dict[str, NDArray[np.float64] | float] = {
            "inward": self.hidden_weights,
            "threshold": self.hidden_bias,
            "outward": self.output_weights,
            "straight": self.direct_weights,
            "bias": self.bias,
        }
        rounded = {name: np.round(value, 6).tolist() for name, value in weights.items()}
        if self.without_map is None:
            return rounded
        return rounded | {"without_map": self.without_map._as_json()}
