"""Which way do the ridges of an image run, where are they clear, and where are scars?

Squared gradients averaged over blocks (Kass and Witkin, "Analyzing oriented patterns", CVGIP 37,
1987; Bazen and Gerez, TPAMI 24(7), 2002).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.jit import compiled
from matcher.ridge_map import RidgeMap

BLOCK = 8
"""Width and height of a block, pixels at 500 dpi: most of a ridge period, half a cell of a map."""
LEAST_SIDE = 3 * BLOCK
"""Least width and height of an image, pixels."""
_LEAST_ENERGY = 0.05
"""Least energy of the gradient on skin, in those of the clearest blocks."""
_LEAST_SKIN, _LEAST_COHERENCE = 0.75, 0.35
"""Share of skin, and coherence, of a cell whose orientation is known."""
_BORDER = 2
"""Blocks at the edge of the skin that are not looked at: ridges fade there."""

Floats = NDArray[np.float32]
Field = NDArray[np.complex64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RidgeFlow:
    """The ridge flow of an image in blocks of `BLOCK` x `BLOCK` pixels, (r, c) each.

    field: complex64, a unit vector at twice the orientation of the ridges (radians, y up).
    coherence: float32, 0 (no direction) to 1 (parallel ridges).
    skin: bool, where the finger touched, holes filled. interior: the same without its edge.
    grey: float32, mean of each two by two pixels.
    """

    field: Field
    coherence: Floats
    skin: Mask
    interior: Mask
    grey: Floats

    @cached_property
    def furrows(self) -> Floats:
        """How much brighter a narrow streak is than its surroundings, float32 (r, c).

        In standard deviations of the grey; furrows of scars and creases are. Takes as long as all
        else of the flow, and is computed when it is first asked for.
        """
        return _furrows(self.grey, self.skin)


def ridge_flow(image: NDArray[np.uint8]) -> RidgeFlow:
    """Return the ridge flow of an image at 500 dpi, uint8 (h, w), h and w at least LEAST_SIDE."""
    height, width = (side // BLOCK * BLOCK for side in image.shape)
    tensor, grey = _block_sums(np.ascontiguousarray(image[:height, :width]))
    energy = tensor[0]
    smooth = [ndimage.gaussian_filter(part, 1.0, mode="nearest") for part in tensor]
    size = np.hypot(smooth[1], smooth[2])
    doubled = (smooth[1] + 1j * smooth[2]) / np.maximum(size, 1e-6)
    # The ridges run across the gradient, and y is up: -(gx + i gy)^2, conjugated.
    field = -np.conj(doubled)
    coherence = size / np.maximum(smooth[0], 1e-6)
    skin = _skin(energy)
    return RidgeFlow(
        field.astype(np.complex64),
        coherence.astype(np.float32),
        skin,
        ndimage.binary_erosion(skin, iterations=_BORDER),
        grey,
    )


def map_of(flow: RidgeFlow) -> RidgeMap:
    """Return a ridge flow in coarse cells, of two by two blocks each."""
    rows, columns = (side // 2 for side in flow.field.shape)
    cells = rows, 2, columns, 2
    skin = flow.skin[: 2 * rows, : 2 * columns]
    vectors = np.where(skin, (flow.field * flow.coherence)[: 2 * rows, : 2 * columns], 0)
    mean = vectors.reshape(cells).mean((1, 3))
    known = skin.reshape(cells).mean((1, 3)) >= _LEAST_SKIN
    return RidgeMap.of_cells(mean, known & (np.abs(mean) > _LEAST_COHERENCE))


@compiled
def _block_sums(image: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Return sums over blocks of gradients squared, float32 (3, r, c): |g|^2, Re g^2, Im g^2.

    And the mean grey of each two by two pixels, float32 (h / 2, w / 2).
    """
    height, width = image.shape
    sums = np.zeros((3, height // BLOCK, width // BLOCK), np.float32)
    grey = np.zeros((height // 2, width // 2), np.float32)
    for y in range(height):
        above, below = max(0, y - 1), min(height - 1, y + 1)
        for x in range(width):
            left, right = max(0, x - 1), min(width - 1, x + 1)
            gx = (
                2.0 * (np.float32(image[y, right]) - np.float32(image[y, left]))
                + np.float32(image[above, right]) - np.float32(image[above, left])
                + np.float32(image[below, right]) - np.float32(image[below, left])
            )  # fmt: skip
            gy = (
                2.0 * (np.float32(image[below, x]) - np.float32(image[above, x]))
                + np.float32(image[below, left]) - np.float32(image[above, left])
                + np.float32(image[below, right]) - np.float32(image[above, right])
            )  # fmt: skip
            i, j = y // BLOCK, x // BLOCK
            sums[0, i, j] += gx * gx + gy * gy
            sums[1, i, j] += gx * gx - gy * gy
            sums[2, i, j] += 2.0 * gx * gy
            grey[y // 2, x // 2] += 0.25 * np.float32(image[y, x])
    return sums, grey


def _skin(energy: Floats) -> Mask:
    """Return the largest connected part of where the grey varies, holes filled."""
    smooth = ndimage.gaussian_filter(energy, 1.0)
    varies = smooth > _LEAST_ENERGY * np.percentile(smooth, 95)
    varies = ndimage.binary_opening(varies, iterations=2)
    labels, count = ndimage.label(varies)
    if not count:
        return np.zeros(energy.shape, np.bool_)
    largest = 1 + np.argmax(np.bincount(labels.ravel())[1:])
    return np.asarray(ndimage.binary_fill_holes(labels == largest), np.bool_)


def _furrows(grey: Floats, skin: Mask) -> Floats:
    """Return the greatest brightness of a streak in each block; grey: at 250 dpi."""
    middle = ndimage.gaussian_filter(grey, 2.0, truncate=3.0)
    around = ndimage.gaussian_filter(grey, 6.0, truncate=2.0)
    half = BLOCK // 2
    rows, columns = skin.shape
    blocks = (middle - around).reshape(rows, half, columns, half)
    of_skin = grey.reshape(rows, half, columns, half).transpose(0, 2, 1, 3)[skin]
    deviation = float(np.std(of_skin)) if of_skin.size else 0.0
    return np.asarray(blocks.max(axis=(1, 3)) / max(deviation, 1.0), np.float32)
