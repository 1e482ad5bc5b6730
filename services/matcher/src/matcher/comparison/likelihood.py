"""How much an alignment speaks for one finger: a log-likelihood ratio of what was found.

Thirteen numbers say how many minutiae fell together and how well, and which should have and did
not; a small network learned from synthetic mates and strangers weighs them. Its weights, in
`likelihood.json`, are made by `build_evidence`.
"""

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled

NUMBERS = 13
LOWEST = -20.0
"""Of what cannot be compared, and of anything worse."""

_SIDES = 16
"""Directions in which the outline of a finger is measured."""
_STEP = 2 * math.pi / _SIDES
_COS, _SIN = np.cos(_STEP * np.arange(_SIDES)), np.sin(_STEP * np.arange(_SIDES))
_BEYOND = 5.0
"""Pixels outside the other's outline at which a partner is still expected."""

Floats = NDArray[np.float32]
Weights = NDArray[np.float64]


@compiled
def evidence(
    moved: Floats,
    quality_a: Floats,
    b: Floats,
    quality_b: Floats,
    alike: Floats,
    partner: NDArray[np.int64],
    weight: NDArray[np.float64],
    support: float,
) -> NDArray[np.float64]:
    """Describe an alignment.

    moved, b: float32 (n, 3) and (m, 3), places of both fingers, a already laid on b; quality:
    float32, 0 to 1; alike: float32 (n, m); the rest as `alignment.align` returns it. Returns
    float64 (13,), each about -2 to 7, the last -8 to 0, rising with what it measures:

    0 pairs, 1 their weight, 2 their quality, 3 support, 4 mean similarity, 5 mean distance, 6 mean
    turn, 7 spread of the pairs, 8 and 9 quality without a partner where both fingers are (of the
    finger with less, with more), 10 and 11 minutiae of the fingers (fewer, more), 12 share of pairs
    (logarithm).
    """
    numbers = np.zeros(NUMBERS)
    sure_a, sure_b = np.sqrt(quality_a), np.sqrt(quality_b)
    mine = np.nonzero(partner >= 0)[0]
    good, sure, likeness, distance, turned = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in mine:
        j = partner[i]
        quality = sure_a[i] * sure_b[j]
        good += weight[i] * quality
        sure += quality
        likeness += alike[i, j]
        distance += math.hypot(moved[i, 0] - b[j, 0], moved[i, 1] - b[j, 1])
        turned += math.acos(min(1.0, max(-1.0, math.cos(moved[i, 2] - b[j, 2]))))
    alone_a = _unmatched(moved, quality_a, partner, _outline(b))
    alone_b = _unmatched(b, quality_b, _inverse(partner, len(b)), _outline(moved))
    pairs = max(1, len(mine))
    numbers[0] = math.sqrt(len(mine))
    numbers[1] = math.sqrt(good)
    numbers[2] = math.log(0.2 + sure)
    numbers[3] = math.sqrt(support)
    numbers[4] = likeness / pairs
    numbers[5] = distance / pairs / 5
    numbers[6] = 5 * turned / pairs
    numbers[7] = math.sqrt(_area(_outline(moved[mine]))) / 100 if len(mine) > 2 else 0.0
    numbers[8] = math.sqrt(min(alone_a, alone_b))
    numbers[9] = math.sqrt(max(alone_a, alone_b))
    numbers[10] = math.log(3.0 + min(len(moved), len(b)))
    numbers[11] = math.log(3.0 + max(len(moved), len(b)))
    numbers[12] = math.log((good * good + 0.05) / (good + alone_a + 3) / (good + alone_b + 3))
    return numbers


@compiled
def _outline(place: Floats) -> NDArray[np.float64]:
    """How far the finger reaches in each direction, pixels from the origin, float64 (16,)."""
    reach = np.full(_SIDES, -np.inf)
    for side in range(_SIDES):
        for i in range(len(place)):
            here = _COS[side] * place[i, 0] + _SIN[side] * place[i, 1]
            reach[side] = max(reach[side], here)
    return reach


@compiled
def _area(outline: NDArray[np.float64]) -> float:
    """Square pixels within an outline, a little too many: its corners lie outside the finger."""
    area = 0.0
    for side in range(_SIDES):
        here, around = outline[side], outline[side - 1] + outline[(side + 1) % _SIDES]
        area += 0.5 * here * (around - 2 * here * _COS[1]) / _SIN[1]
    return max(0.0, area)


@compiled
def _unmatched(
    place: Floats,
    quality: Floats,
    partner: NDArray[np.int64],
    outline: NDArray[np.float64],
) -> float:
    """Summed quality of minutiae within the other's outline that found no partner."""
    total = 0.0
    for i in range(len(place)):
        if partner[i] >= 0:
            continue
        inside = True
        for side in range(_SIDES):
            reach = _COS[side] * place[i, 0] + _SIN[side] * place[i, 1]
            inside &= reach <= outline[side] + _BEYOND
        total += quality[i] if inside else 0.0
    return total


@compiled
def _inverse(partner: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    other = np.full(count, -1)
    for i in range(len(partner)):
        if partner[i] >= 0:
            other[partner[i]] = i
    return other


@compiled
def weigh(
    numbers: NDArray[np.float64],
    inward: NDArray[np.float64],
    threshold: NDArray[np.float64],
    outward: NDArray[np.float64],
    straight: NDArray[np.float64],
    bias: float,
) -> float:
    """Return the natural logarithm of the likelihood ratio, `LOWEST` or more: one hidden layer.

    inward (13, h), threshold (h,), outward (h,), straight (13,): the weights of the network.
    """
    ratio = bias
    for i in range(NUMBERS):
        ratio += straight[i] * numbers[i]
    for unit in range(len(outward)):
        inner = threshold[unit]
        for i in range(NUMBERS):
            inner += inward[i, unit] * numbers[i]
        ratio += outward[unit] * math.tanh(inner)
    return max(LOWEST, ratio)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Weights of `weigh`, float64: (13, h), (h,), (h,), (13,) and a number."""

    inward: Weights
    threshold: Weights
    outward: Weights
    straight: Weights
    bias: float


def store(network: Network, path: Path) -> None:
    """Write a network as JSON, to six digits."""
    rounded = {
        name: np.round(value, 6).tolist() for name, value in dataclasses.asdict(network).items()
    }
    path.write_text(json.dumps(rounded, indent=1) + "\n")


def load(path: Path) -> Network:
    """Read what `store` wrote."""
    content = json.loads(path.read_text())
    bias = float(content.pop("bias"))
    return Network(**{name: np.array(value) for name, value in content.items()}, bias=bias)


STORED = Path(__file__).with_name("likelihood.json")
VERSION = hashlib.sha256(STORED.read_bytes()).hexdigest()[:8]
