"""How far the ridges of two fingers agree, one laid on the other: fourteen features.

What minutiae do not show, maps of ridge orientation do: whether the ridges run alike wherever the
fingers overlap, and where the one finger shows ridges but not a minutia of the other's.
"""

import math

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.alignment import Floats, Movement, inverse
from matcher.jit import compiled
from matcher.ridge_map import CELL, HEADER_BYTES, STEPS, PackedMap

RIDGE_FEATURES = 14
_LEAST_KNOWN = 0.5
"""Weight of the known ones among the four cells between which is interpolated."""
_SURROUNDED = 0.99
"""The same, of a point that counts as inside a map."""
_DEVIATION, _OUTLIERS = 0.12, 0.03
"""Radians by which cells of mates differ, and the share of cells that tell nothing."""
_ALIKE, _SIMILAR, _DIFFERENT = math.radians(5), math.radians(10), math.radians(20)
_STEADYING = 20.0
"""Cells added to their number, so that few count less."""
_NEIGHBOUR_RADIUS, _NEIGHBOUR_DEVIATION = 60.0, 24.0
"""Pixels within which minutiae tell of the ridges at a point, and how their weight falls."""
_LEAST_NEIGHBOURS = 0.3
"""Summed weight below which they tell nothing."""
_TWICE = 2 * math.pi * (np.arange(16) - 1) / STEPS
_COS, _SIN = np.cos(_TWICE), np.sin(_TWICE)

Cells = tuple[NDArray[np.uint8], int, int]
"""Codes of the cells, top and left, as in RidgeMap."""


@compiled
def ridge_features(
    probe: PackedMap,
    reference: PackedMap,
    movement: Movement,
    moved: Floats,
    probe_quality: Floats,
    placement: Floats,
    quality: Floats,
    partner: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return how far the ridges of the probe, moved, agree with the reference's, float64 (14,).

    probe, reference: maps, at least one cell each. movement, moved, partner: as
    `alignment.align` returns them. placement, quality: of the reference's minutiae.

    Where the maps overlap: 0 cells in common (logarithm), 1 mean cosine of twice the difference,
    2 and 3 share within 5 and 10 degrees, 4 share beyond 20 degrees, 5 mean difference, 6 how
    parallel all ridges of the reference are there, 7 robust log-likelihood and 8 number beyond 20
    degrees, both divided by the root of the cells. 9 and 10 summed quality of unpaired minutiae
    that lie on the other's map (of the finger with less, with more). Whether unpaired minutiae run
    along the ridges that the other's minutiae show: 11 how many can tell, 12 how far they do, 13
    how many do not.
    """
    features = np.empty(RIDGE_FEATURES)
    cells, other_cells = _unpacked_map(probe), _unpacked_map(reference)
    features[:9] = _agreement(cells, other_cells, movement)
    alone, others = partner < 0, inverse(partner, len(placement)) < 0
    back = _moved_back(movement)
    probe_alone = _quality_on(moved, probe_quality, alone, other_cells, (1.0, 0.0, 0.0, 0.0))
    reference_alone = _quality_on(placement, quality, others, cells, back)
    features[9] = math.sqrt(min(probe_alone, reference_alone))
    features[10] = math.sqrt(max(probe_alone, reference_alone))
    told = _directions(moved, probe_quality, alone, placement, quality)
    told += _directions(placement, quality, others, moved, probe_quality)
    features[11] = math.sqrt(told[0])
    features[12] = told[1] / (told[0] + 1.0)
    features[13] = math.sqrt(told[2])
    return features


@compiled
def _unpacked_map(packed: PackedMap) -> Cells:
    # As uint8, which int() would leave them, numba takes lengths of 128 and more for negative ones.
    header = packed[:HEADER_BYTES].astype(np.int64)
    rows, columns = int(header[0]), int(header[1])
    codes = np.empty((rows, columns), np.uint8)
    for k in range(rows * columns):
        pair = packed[HEADER_BYTES + k // 2]
        codes[k // columns, k % columns] = pair & 15 if k % 2 else pair >> 4
    return codes, int(header[2]), int(header[3])


@compiled
def _agreement(probe: Cells, reference: Cells, movement: Movement) -> NDArray[np.float64]:
    """Return features 0 to 8."""
    codes, top, left = probe
    cos, sin, shift_x, shift_y = movement
    cos2, sin2 = cos * cos - sin * sin, 2 * sin * cos
    count, likelihood, flow_x, flow_y = 0, 0.0, 0.0, 0.0
    cosine, alike, similar, different, difference = 0.0, 0, 0, 0, 0.0
    for i in range(codes.shape[0]):
        for j in range(codes.shape[1]):
            code = codes[i, j]
            if not code:
                continue
            x0, y0 = _middle(left + j), -_middle(top + i)
            x, y = cos * x0 - sin * y0 + shift_x, sin * x0 + cos * y0 + shift_y
            known, a, b = _interpolated(reference, x, y)
            size = math.sqrt(a * a + b * b)
            if known < _LEAST_KNOWN or size == 0.0:
                continue
            a, b = a / size, b / size
            p, q = _COS[code] * cos2 - _SIN[code] * sin2, _COS[code] * sin2 + _SIN[code] * cos2
            off = abs(0.5 * math.atan2(q * a - p * b, p * a + q * b))
            count += 1
            flow_x, flow_y = flow_x + a, flow_y + b
            cosine += p * a + q * b
            alike += off < _ALIKE
            similar += off < _SIMILAR
            different += off > _DIFFERENT
            difference += min(off, 0.5)
            fits = math.exp(-0.5 * (off / _DEVIATION) ** 2)
            likelihood += math.log(_OUTLIERS + (1 - _OUTLIERS) * fits)
    cells = max(1, count)
    features = np.empty(9)
    features[0] = math.log(10.0 + count)
    features[1], features[2], features[3] = cosine / cells, alike / cells, similar / cells
    features[4], features[5] = different / cells, 5 * difference / cells
    features[6] = math.hypot(flow_x, flow_y) / cells
    features[7] = likelihood / math.sqrt(cells + _STEADYING)
    features[8] = different / math.sqrt(cells + _STEADYING)
    return features


@compiled
def _quality_on(
    placement: Floats,
    quality: Floats,
    wanted: NDArray[np.bool_],
    cells: Cells,
    movement: Movement,
) -> float:
    """Return the summed quality of those wanted minutiae that lie, once moved, inside a map."""
    cos, sin, shift_x, shift_y = movement
    total = 0.0
    for i in range(len(placement)):
        if wanted[i]:
            x0, y0 = placement[i, 0], placement[i, 1]
            x, y = cos * x0 - sin * y0 + shift_x, sin * x0 + cos * y0 + shift_y
            if _interpolated(cells, x, y)[0] > _SURROUNDED:
                total += quality[i]
    return total


@compiled
def _directions(
    placement: Floats,
    quality: Floats,
    wanted: NDArray[np.bool_],
    others: Floats,
    other_quality: Floats,
) -> NDArray[np.float64]:
    """Return how many wanted minutiae can tell, how far they agree, how many do not, (3,).

    The ridges at a minutia are the mean of the other finger's minutiae near it; each counts by its
    quality, and by how sure and how parallel these are.
    """
    told = np.zeros(3)
    cos, sin = np.empty(len(others)), np.empty(len(others))
    for k in range(len(others)):
        cos[k], sin[k] = math.cos(2 * others[k, 2]), math.sin(2 * others[k, 2])
    for i in range(len(placement)):
        if not wanted[i]:
            continue
        a, b, near = 0.0, 0.0, 0.0
        for k in range(len(others)):
            dx, dy = placement[i, 0] - others[k, 0], placement[i, 1] - others[k, 1]
            squared = dx * dx + dy * dy
            if squared > _NEIGHBOUR_RADIUS * _NEIGHBOUR_RADIUS:
                continue
            share = other_quality[k] * math.exp(-0.5 * squared / _NEIGHBOUR_DEVIATION**2)
            a, b, near = a + share * cos[k], b + share * sin[k], near + share
        if near < _LEAST_NEIGHBOURS:
            continue
        size = math.sqrt(a * a + b * b)
        along = a * math.cos(2 * placement[i, 2]) + b * math.sin(2 * placement[i, 2])
        agreement = along / (size + 1e-9)
        sure = quality[i] * min(1.0, near) * size / near
        told[0] += sure
        told[1] += sure * agreement
        told[2] += sure if agreement < 0.5 else 0.0
    return told


@compiled
def _moved_back(movement: Movement) -> Movement:
    cos, sin, x, y = movement
    return cos, -sin, -(cos * x + sin * y), sin * x - cos * y


@compiled
def _middle(cell: int) -> float:
    return CELL * cell + 0.5 * (CELL - 1)


@compiled
def _interpolated(cells: Cells, x: float, y: float) -> tuple[float, float, float]:
    """Return the weight of known cells around (x, y), 0 to 1, and their weighted sum."""
    codes, top, left = cells
    row, column = (-y - _middle(top)) / CELL, (x - _middle(left)) / CELL
    i, j = math.floor(row), math.floor(column)
    known, a, b = 0.0, 0.0, 0.0
    for k in range(max(0, i), min(i + 2, codes.shape[0])):
        for m in range(max(0, j), min(j + 2, codes.shape[1])):
            code = codes[k, m]
            if code:
                weight = (1 - abs(row - k)) * (1 - abs(column - m))
                known += weight
                a += weight * _COS[code]
                b += weight * _SIN[code]
    return known, a, b
