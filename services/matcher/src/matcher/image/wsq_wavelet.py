"""The 64 subbands of WSQ, and the wavelet synthesis of an image from them."""

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
    """Quantisation of the 64 subbands.

    centre: where in its bin a coefficient is reconstructed. width: float64 (64,), of the bins, 0
    where a subband is not transmitted. zero: float64 (64,), width of the bin around zero.
    """

    centre: float
    width: NDArray[np.float64]
    zero: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle of the coefficient plane.

    below, right: whether it was the lower or right part of a split, which is stored mirrored: its
    high-pass half comes first.
    """

    top: int
    left: int
    height: int
    width: int
    below: bool = False
    right: bool = False

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the rectangle."""
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )

    def split(self) -> tuple["_Box", "_Box", "_Box", "_Box"]:
        """Return the upper left, upper right, lower left and lower right part."""
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


def coefficient_count(bins: Quantisation, shape: tuple[int, int]) -> int:
    """Return the number of coefficients transmitted for an image of this shape."""
    _, bands = _tree(shape)
    return sum(
        band.height * band.width for band, step in zip(bands, bins.width, strict=False) if step
    )


def reconstruct(
    values: NDArray[np.int32], bins: Quantisation, filters: Filters, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the synthesised image, float32 of this shape, before shift and scale are applied.

    values: the coefficients, subband by subband, row by row from the top.
    """
    nodes, bands = _tree(shape)
    plane: NDArray[np.float32] = np.zeros(shape, np.float32)
    at = 0
    for band, step, zero in zip(bands, bins.width, bins.zero, strict=False):
        if step:
            part = values[at : at + band.height * band.width].reshape(band.height, band.width)
            at += part.size
            centred = step * (abs(part) - bins.centre) + zero / 2
            plane[band.slices] = np.where(part == 0, 0, np.sign(part) * centred)
    for node in reversed(nodes):
        _synthesise_rows(plane[node.slices].T, filters, highs_first=node.below)
        _synthesise_rows(plane[node.slices], filters, highs_first=node.right)
    return plane


def _tree(shape: tuple[int, int]) -> tuple[list[_Box], list[_Box]]:
    """Return the boxes that are split, larger ones first, and the subbands 0 to 59 in order.

    The highest quarter of the spectrum, subbands 60 to 63, is never transmitted.
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


def _synthesise_rows(part: NDArray[np.float32], filters: Filters, *, highs_first: bool) -> None:
    """Combine the low-pass and high-pass halves of each row, in place, with mirrored borders."""
    length = part.shape[1]
    highs = length // 2
    lows = slice(highs, None) if highs_first else slice(length - highs)
    rest = slice(highs) if highs_first else slice(length - highs, None)
    spread = np.zeros((2, *part.shape), np.float32)
    spread[0, :, ::2], spread[1, :, 1::2] = part[:, lows], part[:, rest]
    part[:] = correlate1d(spread[0], filters.low, mode="mirror")
    part += correlate1d(spread[1], filters.high, mode="mirror")
