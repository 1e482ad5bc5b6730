"""Are the ridges of an image altered? Nobody is refused because that cannot be told."""

import numpy as np
import structlog
from numpy.typing import NDArray

from matcher.alteration.alteration_score import AlterationScore
from matcher.alteration.detector import AlterationDetector
from matcher.minutiae import Minutiae

_log = structlog.get_logger(__name__)


def examine_ridges(
    detector: AlterationDetector, pixels: NDArray[np.uint8], minutiae: Minutiae
) -> AlterationScore | None:
    """Return how altered an image at 500 dpi, uint8 (h, w), looks; None if that cannot be told.

    minutiae: those extracted from it.
    """
    try:
        examined = detector(pixels, minutiae)
    except Exception as error:
        _log.error("ridges_not_examined", exc_info=error)
        return None
    return None if examined is None else examined.score
