"""The minutiae of one fingerprint, and how its ridges run, as all scientific modules share them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.ridge_map import RidgeMap, packed_map

MAX_MINUTIAE = 255
"""Largest number of minutiae in an ISO/IEC 19794-2 representation, whose count is one byte."""


@dataclass(frozen=True, slots=True, eq=False)
class Minutiae:
    """The n minutiae of an impression at 500 dpi, axes and angles as in ISO/IEC 19794-2.

    xy:      int16 (n, 2), pixels, x to the right, y downwards, inside the image.
    angle:   float32 (n,), radians counter-clockwise from the x axis (y upwards), [0, 2 pi).
    kind:    uint8 (n,), the minutia type: 0 other, 1 ridge ending, 2 bifurcation.
    quality: uint8 (n,), 1 worst to 100 best, 0 not reported.
    width, height: size of the image, pixels.
    ridge_map: of the same image; None if only minutiae are known.
    """

    xy: NDArray[np.int16]
    angle: NDArray[np.float32]
    kind: NDArray[np.uint8]
    quality: NDArray[np.uint8]
    width: int
    height: int
    ridge_map: RidgeMap | None = None

    def __len__(self) -> int:
        return len(self.angle)

    def __getitem__(self, chosen: NDArray[np.integer] | NDArray[np.bool_] | slice) -> "Minutiae":
        """Return the minutiae at these indices, in the order of the indices."""
        return Minutiae(
            self.xy[chosen],
            self.angle[chosen],
            self.kind[chosen],
            self.quality[chosen],
            self.width,
            self.height,
            self.ridge_map,
        )

    def best(self, count: int) -> "Minutiae":
        """Return the `count` minutiae of highest quality, best first; equals keep their order."""
        return self[np.argsort(-self.quality.astype(np.int16), kind="stable")[:count]]


@dataclass(frozen=True, slots=True, eq=False)
class MinutiaeBatch:
    """Those of k impressions end to end, of which kernels make many at a time.

    counts: int64 (k,), how many each has. xy, angle, quality: as in Minutiae. ridge_map: uint8
    (k, MAX_MAP_BYTES), see `ridge_map.packed_map`.
    """

    counts: NDArray[np.int64]
    xy: NDArray[np.int16]
    angle: NDArray[np.float32]
    quality: NDArray[np.uint8]
    ridge_map: NDArray[np.uint8]

    @classmethod
    def of(cls, impressions: Sequence[Minutiae]) -> Self:
        """Return impressions, at least one, as a batch."""
        return cls(
            np.array([len(each) for each in impressions]),
            np.concatenate([each.xy for each in impressions]),
            np.concatenate([each.angle for each in impressions]),
            np.concatenate([each.quality for each in impressions]),
            np.stack([packed_map(each.ridge_map) for each in impressions]),
        )

    def best(self, count: int) -> "MinutiaeBatch":
        """Return the `count` minutiae of highest quality of each, as `Minutiae.best` does."""
        impression = np.repeat(np.arange(len(self.counts)), self.counts)
        order = np.lexsort((-self.quality.astype(np.int16), impression))
        starts = np.cumsum(self.counts) - self.counts
        chosen = order[np.arange(len(order)) - starts[impression] < count]
        return MinutiaeBatch(
            np.minimum(self.counts, count),
            self.xy[chosen],
            self.angle[chosen],
            self.quality[chosen],
            self.ridge_map,
        )


def minutiae_from_rows(
    rows: Sequence[tuple[float, float, float, int, int]] | NDArray[np.float64],
    *,
    width: int,
    height: int,
) -> Minutiae:
    """Return Minutiae, given rows of x, y (pixels), angle (radians), kind and quality.

    Positions are rounded to whole pixels and moved inside the image; angles may be of any size.
    """
    table = np.asarray(rows, np.float64).reshape(-1, 5)
    xy = np.clip(np.rint(table[:, :2]), 0, (width - 1, height - 1))
    return Minutiae(
        xy=xy.astype(np.int16),
        angle=wrapped_angle(table[:, 2]),
        kind=table[:, 3].astype(np.uint8),
        quality=table[:, 4].astype(np.uint8),
        width=width,
        height=height,
    )


def wrapped_angle(angle: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return angles (radians) wrapped into [0, 2 pi), float32.

    Rounding to float32 may itself give 2 pi, hence the second step.
    """
    turned = np.mod(angle, 2 * np.pi).astype(np.float32)
    return np.where(turned < np.float32(2 * np.pi), turned, np.float32(0))
