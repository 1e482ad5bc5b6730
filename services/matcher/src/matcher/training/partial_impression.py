"""Cuts a template down to a part of the finger."""

import math

import numpy as np

from matcher.minutiae import Minutiae


def keep_nearest(found: Minutiae, centre: int, share: float) -> Minutiae:
    """Return the minutiae nearest to one of them: a small contact area.

    found: at least one minutia. centre: index of the minutia in the middle.
    share: of the minutiae, 0 to 1; at least one is kept if it is above 0. Keeps their order.
    """
    middle = found.xy[centre].astype(np.float64)
    nearest = np.argsort(np.square(found.xy - middle).sum(1), kind="stable")
    return found[np.sort(nearest[: math.ceil(share * len(found))])]
