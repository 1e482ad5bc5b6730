"""How do the minutiae of fingers become what comparisons read of them: the best, described?"""

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import DESCRIPTOR_WORDS, describe
from matcher.jit import compiled

MAX_COMPARED_MINUTIAE = 49
"""Best minutiae of a finger that are compared: as many as fit into 2 kB."""
_MAX_NEIGHBOURS = 80
"""Best minutiae that count as neighbours in descriptors; the table was trained with as many."""
_ANGLE_STEP = 2 * np.pi / 256
_UNREPORTED_QUALITY = 50
"""Quality assumed where none is reported."""
_QUALITIES = 256

Counts = NDArray[np.int64]


@compiled
def prepare_minutiae(
    xy: NDArray[np.int16],
    angle: NDArray[np.float32],
    quality: NDArray[np.uint8],
    ends: NDArray[np.int64],
    votes: NDArray[np.int8],
    threshold: NDArray[np.int32],
) -> tuple[Counts, NDArray[np.int16], NDArray[np.uint64], NDArray[np.uint8]]:
    """Return the best minutiae that can be described of each of many fingers, best first.

    xy, angle, quality: as in Minutiae, of all fingers end to end; those of the k-th up to row
    ends[k]. votes, threshold: of a DescriptorTable. Returns how many there are of each, and their
    geometry, descriptors and minutia_index, as in PreparedFinger, end to end.
    """
    counts = np.zeros(len(ends), np.int64)
    geometry = np.empty((len(ends) * MAX_COMPARED_MINUTIAE, 4), np.int16)
    descriptors = np.empty((len(geometry), DESCRIPTOR_WORDS), np.uint64)
    minutia_index = np.empty(len(geometry), np.uint8)
    start = filled = 0
    for k in range(len(ends)):
        of_finger = slice(start, ends[k])
        start = ends[k]
        order = _best_first(quality[of_finger])[:_MAX_NEIGHBOURS]
        best_quality = quality[of_finger][order]
        all_geometry = _geometry(xy[of_finger][order], angle[of_finger][order], best_quality)
        placement, _ = unpacked(all_geometry)
        described = describe(
            placement[:, :2].copy(),
            placement[:, 2].copy(),
            best_quality,
            votes,
            threshold,
            MAX_COMPARED_MINUTIAE,
        )
        for i in range(len(order)):
            if described[i].any():
                geometry[filled] = all_geometry[i]
                descriptors[filled] = described[i]
                minutia_index[filled] = order[i]
                counts[k] += 1
                filled += 1
    return (
        counts,
        geometry[:filled].copy(),
        descriptors[:filled].copy(),
        minutia_index[:filled].copy(),
    )


@compiled
def _best_first(quality: NDArray[np.uint8]) -> Counts:
    """Return the numbers of minutiae by falling quality; equals keep their order."""
    place = np.zeros(_QUALITIES + 1, np.int64)
    for each in quality:
        place[_QUALITIES - each] += 1
    for worse in range(_QUALITIES):
        place[worse + 1] += place[worse]
    order = np.empty(len(quality), np.int64)
    for i in range(len(quality)):
        at = _QUALITIES - 1 - quality[i]
        order[place[at]] = i
        place[at] += 1
    return order


@compiled
def _geometry(
    xy: NDArray[np.int16], angle: NDArray[np.float32], quality: NDArray[np.uint8]
) -> NDArray[np.int16]:
    geometry = np.empty((len(xy), 4), np.int16)
    for i in range(len(xy)):
        geometry[i, 0], geometry[i, 1] = xy[i, 0], -xy[i, 1]
        geometry[i, 2] = int(np.rint(angle[i] / np.float32(_ANGLE_STEP))) % 256
        geometry[i, 3] = _UNREPORTED_QUALITY if quality[i] == 0 else quality[i]
    return geometry


@compiled
def unpacked(geometry: NDArray[np.int16]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return x, y, angle (radians), float32 (n, 3), and quality, float32 (n,), 0 to 1."""
    placement = np.empty((len(geometry), 3), np.float32)
    quality = np.empty(len(geometry), np.float32)
    for i in range(len(geometry)):
        placement[i, 0], placement[i, 1] = geometry[i, 0], geometry[i, 1]
        placement[i, 2] = geometry[i, 2] * _ANGLE_STEP
        quality[i] = geometry[i, 3] / 100
    return placement, quality
