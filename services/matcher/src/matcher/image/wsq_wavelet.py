"""The 64 subbands of WSQ and the wavelet synthesis that makes them an image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d  # type: ignore[import-untyped, unused-ignore]


@dataclass(frozen=True, slots=True)
class Filters:
    """Synthesis filters, symmetric and of odd length."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quantisation:
    """Bins of the subbands: width (64,), 0 where nothing is sent; zero (64,), of the zero bin."""

    centre: float
    width: NDArray[np.float64]
    zero: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Box:
    """A part of the plane. What lies below or right of a split was mirrored: highs come first."""

    top: int
    left: int
    height: int
    width: int
    below: bool = False
    right: bool = False

    @property
    def area(self) -> tuple[slice, slice]:
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )

    def split(self) -> tuple["_Box", "_Box", "_Box", "_Box"]:
        """Upper left, upper right, lower left, lower right."""
        upper = (self.height + (not self.below)) // 2
        left = (self.width + (not self.right)) // 2
        y, x = self.top + upper, self.left + left
        lower, right = self.height - upper, self.width - left
        return (
            _Box(self.top, self.left, upper, left),
            _Box(self.top, x, upper, right, right=True),
            _Box(y, self.left, lower, left, below=True),
            _Box(y, x, lower, right, below=True, right=True),
        )


def sent(bins: Quantisation, shape: tuple[int, int]) -> int:
    """How many coefficients are sent for an image of this shape."""
    _, bands = _tree(shape)
    return sum(
        band.height * band.width for band, step in zip(bands, bins.width, strict=False) if step
    )


def reconstruct(
    values: NDArray[np.int32], bins: Quantisation, filters: Filters, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the image, float32 of this shape, before shift and scale.

    values: the coefficients, one subband after the other, rows from above.
    """
    nodes, bands = _tree(shape)
    plane: NDArray[np.float32] = np.zeros(shape, np.float32)
    at = 0
    for band, step, zero in zip(bands, bins.width, bins.zero, strict=False):
        if step:
            part = values[at : at + band.height * band.width].reshape(band.height, band.width)
            at += part.size
            centred = step * (abs(part) - bins.centre) + zero / 2
            plane[band.area] = np.where(part == 0, 0, np.sign(part) * centred)
    for node in reversed(nodes):
        _join(plane[node.area].T, filters, highs_first=node.below)
        _join(plane[node.area], filters, highs_first=node.right)
    return plane


def _tree(shape: tuple[int, int]) -> tuple[list[_Box], list[_Box]]:
    """The boxes that are split, larger ones first, and the subbands 0 to 59 in order.

    The highest quarter of the spectrum, subbands 60 to 63, is never sent.
    """
    whole = _Box(0, 0, *shape)
    upper_left, upper_right, lower_left, _ = whole.split()
    low, right, below, diagonal = upper_left.split()
    quarters = [quarter for box in (low, right, below) for quarter in box.split()]
    sixteenths = [part for quarter in quarters for part in quarter.split()]
    lowest, *others = sixteenths
    nodes = [whole, upper_right, lower_left, upper_left, low, right, below, *quarters, lowest]
    bands = [*lowest.split(), *others, diagonal, *upper_right.split(), *lower_left.split()]
    return nodes, bands


def _join(part: NDArray[np.float32], filters: Filters, *, highs_first: bool) -> None:
    """Join lows and highs along each row, in place, mirrored about the outermost samples."""
    length = part.shape[1]
    highs = length // 2
    lows = slice(highs, None) if highs_first else slice(length - highs)
    rest = slice(highs) if highs_first else slice(length - highs, None)
    spread = np.zeros((2, *part.shape), np.float32)
    spread[0, :, ::2], spread[1, :, 1::2] = part[:, lows], part[:, rest]
    part[:] = correlate1d(spread[0], filters.low, mode="mirror")
    part += correlate1d(spread[1], filters.high, mode="mirror")
