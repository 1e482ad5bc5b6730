"""What is unusual about the ridges of an image, in numbers?

Lengths are in millimetres, areas in square millimetres or as shares of the skin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.alteration.finger_model import FingerModel, fit_finger
from matcher.extraction.ridge_flow import BLOCK, LEAST_SIDE, Floats, Mask, RidgeFlow, ridge_flow
from matcher.minutiae import Minutiae

_BLOCK_MM = BLOCK / 500 * 25.4
_CLEAR = 0.4
"""Least coherence of ridges whose direction is certain."""
_UNCLEAR = 0.25
"""Greatest coherence where no ridges are seen."""
_TURNED = (0.26, 0.44, 0.7)
"""Differences from the model, radians: 15, 25 and 40 degrees."""
_JUMP, _STEEP_JUMP = 0.7, 0.35
"""Cosine of twice the angle, 23 and 35 degrees, by which ridges turn against the model in 16 px."""
_FURROW, _FAINT_FURROW = 0.4, 0.25
"""Least brightness of a furrow, in standard deviations of the grey."""
_LEAST_QUALITY = 20
"""Quality of the faintest minutiae that count: the rule was learned from no fainter ones."""
LEAST_SKIN = 60
"""Blocks, about a quarter of a square inch, without which nothing can be said."""


class Sign(IntEnum):
    """A kind of evidence; the numbers are those of the contract."""

    RIDGE_FLOW = 1
    MISSING_RIDGES = 2
    SCARS = 3
    MINUTIAE = 4


SIGN_OF_FEATURE = (
    *[Sign.RIDGE_FLOW] * 10,
    *[Sign.MISSING_RIDGES] * 4,
    *[Sign.SCARS] * 7,
    *[Sign.MINUTIAE] * 5,
)
"""The sign that each of the first features belongs to."""
SIGNS = len(SIGN_OF_FEATURE)
CLARITIES = 3
"""Features after these, of clarity and size: they only say how much the others mean."""
FEATURES = SIGNS + CLARITIES


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """What an image shows of its ridges, and in numbers.

    features: float64 (FEATURES,).
    """

    flow: RidgeFlow
    model: FingerModel
    features: NDArray[np.float64]

    @property
    def strength(self) -> Floats:
        """How unusual each block is, float32 (r, c), 0 to 1.

        Ridges at right angles to the model, no ridges at all, and a bright furrow are 1.
        """
        flow, certain = self.flow, np.clip(self.flow.coherence / _CLEAR, 0.0, 1.0)
        turned = certain * self.model.difference / (0.5 * np.pi)
        bare = 1.0 - flow.coherence / _UNCLEAR
        unusual = np.maximum(turned, np.maximum(bare, flow.furrows))
        return np.asarray(np.where(flow.interior, np.clip(unusual, 0.0, 1.0), 0.0), np.float32)


def find_signs(image: NDArray[np.uint8], minutiae: Minutiae) -> Signs | None:
    """Return what an image at 500 dpi, uint8 (h, w), shows; None if it shows too little skin.

    minutiae: those extracted from it.
    """
    if min(image.shape) < LEAST_SIDE:
        return None
    flow = ridge_flow(image)
    if flow.interior.sum() < LEAST_SKIN:
        return None
    model = fit_finger(flow)
    inside = flow.interior
    turns = _turns(flow, model)
    jump, steep = _jumps(flow, turns, _JUMP), _jumps(flow, turns, _STEEP_JUMP)
    features = [
        *_ridge_flow(flow, model, turns, jump, steep),
        *_missing_ridges(flow),
        *_scars(flow, jump, steep),
        *_minutiae(flow, minutiae),
        float(flow.coherence[inside].mean()),
        float(np.percentile(flow.coherence[inside], 20)),
        _length(inside),
    ]
    return Signs(flow, model, np.array(features))


def _ridge_flow(
    flow: RidgeFlow, model: FingerModel, turns: Sequence[Floats], jump: Mask, steep: Mask
) -> list[float]:
    """Return how far the ridges run from those of the model, and how they turn against them."""
    inside, difference = flow.interior, model.difference
    weight = flow.coherence[inside]
    mean = float(weight @ difference[inside] / weight.sum())
    shares = [float(weight @ (difference[inside] > least) / weight.sum()) for least in _TURNED]
    clear = inside & (flow.coherence > _CLEAR)
    largest, _ = _largest(clear & (difference > _TURNED[0]))
    certain = flow.coherence * inside
    smooth = ndimage.gaussian_filter(certain * difference, 2.0)
    around = smooth / np.maximum(ndimage.gaussian_filter(certain, 2.0), 0.2)
    return [
        mean,
        *np.sqrt(shares),
        largest,
        float(around[inside].max()),
        _turning(flow, turns),
        float(len(model.unexplained)),
        _length(jump),
        _length(steep),
    ]


def _turns(flow: RidgeFlow, model: FingerModel) -> Sequence[Floats]:
    """Return how ridges turn against the model in 16 pixels, downwards and to the right.

    Cosine of twice the angle, float32 (r, c) each.
    """
    rest = flow.field * np.conj(model.field)
    return [np.real(np.roll(rest, -1, axis) * np.conj(np.roll(rest, 1, axis))) for axis in (0, 1)]


def _turning(flow: RidgeFlow, turns: Sequence[Floats]) -> float:
    """Return the mean squared sine of the angle by which ridges turn against the model."""
    certain = flow.coherence * flow.interior
    turned, weights = 0.0, 1e-9
    for axis, cosine in enumerate(turns):
        weight = np.roll(certain, -1, axis) * np.roll(certain, 1, axis)
        turned += float((weight * (0.5 - 0.5 * cosine)).sum())
        weights += float(weight.sum())
    return turned / weights


def _jumps(flow: RidgeFlow, turns: Sequence[Floats], cosine: float) -> Mask:
    """Return where clear ridges turn quickly against the model. cosine: of twice the angle."""
    clear = flow.interior & (flow.coherence > _CLEAR)
    jump = np.zeros(flow.skin.shape, np.bool_)
    for axis, turn in enumerate(turns):
        both = np.roll(clear, -1, axis) & np.roll(clear, 1, axis) & flow.interior
        jump |= both & (turn < cosine)
    return jump


def _missing_ridges(flow: RidgeFlow) -> list[float]:
    """Return the share of skin without ridges, and the size of the largest parts of it."""
    bare = flow.interior & (flow.coherence < _UNCLEAR)
    first, second = _largest(bare)
    rest = flow.interior & ~bare
    around = float(flow.coherence[rest].mean()) if rest.any() else 0.0
    return [float(np.sqrt(bare[flow.interior].mean())), first, second, first * around]


def _scars(flow: RidgeFlow, jump: Mask, steep: Mask) -> list[float]:
    """Return how much of the skin has furrows, where ridges jump too, and how long two are."""
    furrowed = flow.interior & (flow.furrows > _FURROW)
    faint = flow.interior & (flow.furrows > _FAINT_FURROW)
    labels, _ = ndimage.label(furrowed, np.ones((3, 3)))
    lengths = [
        float(np.hypot(rows.stop - rows.start, columns.stop - columns.start))
        for rows, columns in ndimage.find_objects(labels)
    ]
    longest, next_longest = sorted([0.0, 0.0, *lengths], reverse=True)[:2]
    seam, steep_seam = ndimage.binary_dilation(jump), ndimage.binary_dilation(steep)
    return [
        _length(seam & furrowed),
        _length(seam & faint),
        _length(steep_seam & furrowed),
        float(np.sqrt(furrowed[flow.interior].mean())),
        longest * _BLOCK_MM,
        next_longest * _BLOCK_MM,
        float(np.percentile(flow.furrows[flow.interior], 90)),
    ]


def _minutiae(flow: RidgeFlow, minutiae: Minutiae) -> list[float]:
    """Return how many minutiae a square millimetre has, and how many are poor or run aside."""
    minutiae = minutiae[minutiae.quality >= _LEAST_QUALITY]
    count = np.zeros(flow.skin.shape, np.float32)
    rows, columns = flow.skin.shape
    cell = np.minimum(minutiae.xy[:, ::-1] // BLOCK, (rows - 1, columns - 1))
    inside = flow.interior[cell[:, 0], cell[:, 1]]
    row, column = cell[inside].T
    np.add.at(count, (row, column), 1.0)
    share = ndimage.gaussian_filter(flow.skin.astype(np.float32), 2.5)
    density = ndimage.gaussian_filter(count, 2.5) / np.maximum(share, 0.3) / _BLOCK_MM**2
    found = density[flow.interior]
    poor = float((minutiae.quality[inside] < 50).mean()) if len(row) else 0.0
    along = np.angle(flow.field[row, column]) / 2.0 - minutiae.angle[inside]
    clear = flow.coherence[row, column] > _CLEAR
    aside = float((np.abs(np.sin(along))[clear] > 0.5).sum() / max(1, len(row)))
    return [
        float(found.mean()), float(found.max()), float(found.std()), poor, aside,
    ]  # fmt: skip


def _largest(part: Mask) -> tuple[float, float]:
    """Return the square roots of the two largest connected areas, mm."""
    labels, _ = ndimage.label(part, np.ones((3, 3)))
    areas = np.sort(np.append(np.bincount(labels.ravel())[1:], (0, 0)))
    return float(np.sqrt(areas[-1])) * _BLOCK_MM, float(np.sqrt(areas[-2])) * _BLOCK_MM


def _length(part: Mask) -> float:
    """Return the square root of an area, mm."""
    return float(np.sqrt(part.sum())) * _BLOCK_MM
