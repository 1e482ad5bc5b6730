"""Cuts a template down to a part of the finger, and its map of the ridges with it."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.minutiae import Minutiae
from matcher.ridge_map import CELL

Floats = NDArray[np.float64]


def keep_nearest(found: Minutiae, centre: int, share: float) -> Minutiae:
    """Return the minutiae nearest to one of them: a small contact area.

    found: at least one minutia. centre: index of the minutia in the middle.
    share: of the minutiae, 0 to 1; at least one is kept if it is above 0. Keeps their order.
    """
    middle = found.xy[centre].astype(np.float64)
    squared = np.square(found.xy - middle).sum(1)
    nearest = np.argsort(squared, kind="stable")[: math.ceil(share * len(found))]
    kept = found[np.sort(nearest)]
    if found.ridge_map is None or share >= 1:
        return kept
    radius = math.sqrt(squared[nearest].max(initial=0)) + CELL / 2
    x, y = found.ridge_map.middles()
    inside = (x - middle[0]) ** 2 + ((y - middle[1]) ** 2)[:, None] <= radius * radius
    return replace(kept, ridge_map=found.ridge_map.where(inside))


def keep_window(found: Minutiae, share: float, rng: np.random.Generator) -> Minutiae:
    """Return what an upright window around a random cell of the map shows of a finger.

    found: with a map; one of which no cell is known is returned as it is. The window has the
    proportions of the known part of the map and holds that share of its cells, as real probes are
    cut by `matcher.evaluation.partial_probes`.
    """
    ridges = found.ridge_map
    if ridges is None or not ridges.codes.any():
        return found
    rows, columns = np.nonzero(ridges.codes)
    centre = int(rng.integers(len(rows)))
    sides = CELL * (np.ptp(columns) + 1), CELL * (np.ptp(rows) + 1)
    x, y = ridges.middles()
    middle = x[columns[centre]], y[rows[centre]]

    def distance(x: Floats, y: Floats) -> Floats:
        aside, along = np.abs(x - middle[0]) / sides[0], np.abs(y - middle[1]) / sides[1]
        return np.asarray(np.maximum(aside, along))

    cells = distance(x, y[:, None])
    reach = np.sort(cells[rows, columns])[int(share * (len(rows) - 1))]
    kept = found[distance(*found.xy.T.astype(np.float64)) <= reach]
    return replace(kept, ridge_map=ridges.where(cells <= reach))
