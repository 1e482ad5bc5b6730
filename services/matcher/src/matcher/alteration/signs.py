"""What is unusual about the ridges of an image, in numbers?

Lengths are in millimetres, areas in square millimetres or as shares of the skin.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.alteration.finger_model import FingerModel, fit_finger
from matcher.alteration.ridge_flow import BLOCK, Floats, Mask, RidgeFlow, ridge_flow
from matcher.minutiae import Minutiae

_BLOCK_MM = BLOCK / 500 * 25.4
_CLEAR = 0.4
"""Least coherence of ridges whose direction is certain."""
_UNCLEAR = 0.25
"""Greatest coherence where no ridges are seen."""
_TURNED = (0.26, 0.44, 0.7)
"""Differences from the model, radians: 15, 25 and 40 degrees."""
_FURROW = 0.45
"""Least brightness of a furrow, in standard deviations of the grey."""
_AROUND = 4
"""Blocks around a singular point in which ridges turn quickly on every finger."""
LEAST_SKIN = 60
"""Blocks without which nothing can be said: 1 cm^2."""


class Sign(IntEnum):
    """A kind of evidence; the numbers are those of the contract."""

    RIDGE_FLOW = 1
    MISSING_RIDGES = 2
    SCARS = 3
    MINUTIAE = 4


SIGN_OF_FEATURE = (
    *[Sign.RIDGE_FLOW] * 9,
    *[Sign.MISSING_RIDGES] * 4,
    *[Sign.SCARS] * 4,
    *[Sign.MINUTIAE] * 5,
    None,
    None,
    None,
)
"""The sign that each feature belongs to; None for what only says how much the others mean."""
FEATURES = len(SIGN_OF_FEATURE)


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """What an image shows of its ridges, and in numbers.

    features: float64 (FEATURES,). crowding: float32 (r, c), minutiae in a square millimetre around
    each block.
    """

    flow: RidgeFlow
    model: FingerModel
    crowding: Floats
    features: NDArray[np.float64]

    @property
    def strength(self) -> Floats:
        """How unusual each block is, 0 upwards, float32 (r, c)."""
        flow, certain = self.flow, np.clip(self.flow.coherence / _CLEAR, 0.0, 1.0)
        unusual = certain * self.model.difference + np.maximum(0.0, _UNCLEAR - flow.coherence)
        return np.asarray(np.where(flow.interior, unusual, 0.0), np.float32)


def find_signs(image: NDArray[np.uint8], minutiae: Minutiae) -> Signs | None:
    """Return what an image at 500 dpi, uint8 (h, w), shows; None if it shows too little skin.

    minutiae: those extracted from it.
    """
    if min(image.shape) < 3 * BLOCK:
        return None
    flow = ridge_flow(image)
    if flow.interior.sum() < LEAST_SKIN:
        return None
    model = fit_finger(flow)
    crowding, of_minutiae = _minutiae(flow, minutiae)
    inside = flow.interior
    features = [
        *_ridge_flow(flow, model),
        *_missing_ridges(flow),
        *_scars(flow),
        *of_minutiae,
        float(flow.coherence[inside].mean()),
        float(np.percentile(flow.coherence[inside], 20)),
        float(np.sqrt(inside.sum())) * _BLOCK_MM,
    ]
    return Signs(flow, model, crowding, np.array(features))


def _ridge_flow(flow: RidgeFlow, model: FingerModel) -> list[float]:
    """Return how far the ridges run from those of the model, and how they jump."""
    inside, difference = flow.interior, model.difference
    weight = flow.coherence[inside]
    mean = float(weight @ difference[inside] / weight.sum())
    shares = [float(weight @ (difference[inside] > least) / weight.sum()) for least in _TURNED]
    clear = inside & (flow.coherence > _CLEAR)
    first, second = _largest(clear & (difference > _TURNED[1]))
    jumps, jumped = _jumps(flow, model)
    return [
        mean,
        *np.sqrt(shares),
        first,
        second,
        float(len(model.unexplained)),
        jumps,
        jumped,
    ]


def _jumps(flow: RidgeFlow, model: FingerModel) -> tuple[float, float]:
    """Return along how many mm clear ridges of other directions meet, and the longest such line."""
    usual = np.ones(flow.skin.shape, np.bool_)
    rows, columns = np.indices(flow.skin.shape)
    for row, column in model.singular:
        usual &= np.hypot(rows - row, columns - column) > _AROUND
    clear = flow.interior & usual & (flow.coherence > _CLEAR)
    jump = np.zeros(flow.skin.shape, np.bool_)
    for axis in (0, 1):
        ahead, behind = np.roll(flow.field, -1, axis), np.roll(flow.field, 1, axis)
        both = np.roll(clear, -1, axis) & np.roll(clear, 1, axis) & flow.interior & usual
        jump |= both & (np.real(ahead * np.conj(behind)) < 0.35)
    return float(np.sqrt(jump.sum())) * _BLOCK_MM, _largest(jump)[0]


def _missing_ridges(flow: RidgeFlow) -> list[float]:
    """Return the share of skin without ridges, and the size of the largest parts of it."""
    bare = flow.interior & (flow.coherence < _UNCLEAR)
    first, second = _largest(bare)
    rest = flow.interior & ~bare
    around = float(flow.coherence[rest].mean()) if rest.any() else 0.0
    return [float(np.sqrt(bare[flow.interior].mean())), first, second, first * around]


def _scars(flow: RidgeFlow) -> list[float]:
    """Return how much of the skin has furrows, and how long the longest two are."""
    furrowed = flow.interior & (flow.furrows > _FURROW)
    labels, count = ndimage.label(furrowed, np.ones((3, 3)))
    lengths = [0.0, 0.0]
    for rows, columns in ndimage.find_objects(labels)[:count]:
        lengths.append(float(np.hypot(rows.stop - rows.start, columns.stop - columns.start)))
    longest = sorted(lengths, reverse=True)[:2]
    return [
        float(np.sqrt(furrowed[flow.interior].mean())),
        longest[0] * _BLOCK_MM,
        longest[1] * _BLOCK_MM,
        float(np.percentile(flow.furrows[flow.interior], 90)),
    ]


def _minutiae(flow: RidgeFlow, minutiae: Minutiae) -> tuple[Floats, list[float]]:
    """Return minutiae in a square millimetre around each block, and features of them."""
    count = np.zeros(flow.skin.shape, np.float32)
    last = np.array(count.shape) - 1
    cell = np.minimum(minutiae.xy[:, ::-1] // BLOCK, last)
    inside = flow.interior[cell[:, 0], cell[:, 1]]
    row, column = cell[inside].T
    np.add.at(count, (row, column), 1.0)
    share = ndimage.gaussian_filter(flow.skin.astype(np.float32), 2.5)
    crowding = ndimage.gaussian_filter(count, 2.5) / np.maximum(share, 0.3) / _BLOCK_MM**2
    found = crowding[flow.interior]
    poor = float((minutiae.quality[inside] < 50).mean()) if len(row) else 0.0
    along = np.angle(flow.field[row, column]) / 2.0 - minutiae.angle[inside]
    clear = flow.coherence[row, column] > _CLEAR
    aside = float((np.abs(np.sin(along))[clear] > 0.5).sum() / max(1, len(row)))
    return np.asarray(crowding, np.float32), [
        float(found.mean()), float(found.max()), float(found.std()), poor, aside,
    ]  # fmt: skip


def _largest(part: Mask) -> tuple[float, float]:
    """Return the square roots of the two largest connected areas, mm."""
    labels, _ = ndimage.label(part, np.ones((3, 3)))
    areas = np.sort(np.append(np.bincount(labels.ravel())[1:], (0, 0)))
    return float(np.sqrt(areas[-1])) * _BLOCK_MM, float(np.sqrt(areas[-2])) * _BLOCK_MM
