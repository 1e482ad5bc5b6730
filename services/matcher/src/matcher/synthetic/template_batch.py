"""Simulates the templates of many fingers, a kernel for each and no object: a gallery is large."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import MinutiaeBatch, minutiae_from_rows
from matcher.ridge_map import packed_maps
from matcher.synthetic.contact import FVC2002, SENSOR_HEIGHT, SENSOR_WIDTH
from matcher.synthetic.impression import MAX_MINUTIAE, draw_capture, reported_minutiae
from matcher.synthetic.master import draw_minutiae
from matcher.synthetic.pattern_class import draw_pattern_class, draw_ridge_field
from matcher.synthetic.simulated_map import COLUMNS, OWN_SEED, ROWS, read_cells


def generate_mapped_templates(
    fingers: Sequence[int], impression: int, *, capture_difficulty: float = FVC2002
) -> MinutiaeBatch:
    """Return what `generate_mapped_template` returns of each of these masters, of that seed.

    Its minutiae are at most `MAX_MINUTIAE` each.
    """
    # Generators are set to each finger's seeds, for kernels take new ones ten times slower.
    of_finger, of_impression, of_map = (np.random.default_rng(0) for _ in range(3))
    rows = np.empty((len(fingers), MAX_MINUTIAE, 5))
    counts = np.empty(len(fingers), np.int64)
    doubled = np.empty((len(fingers), ROWS, COLUMNS), np.complex64)
    known = np.empty((len(fingers), ROWS, COLUMNS), np.bool_)
    for k, finger in enumerate(fingers):
        _seed(of_finger, finger)
        _seed(of_impression, (impression, finger))
        _seed(of_map, (impression, finger, OWN_SEED))
        counts[k] = _simulate(
            of_finger, of_impression, of_map, capture_difficulty, rows[k], doubled[k], known[k]
        )
    reported = rows[np.arange(MAX_MINUTIAE) < counts[:, None]]
    all_minutiae = minutiae_from_rows(reported, width=SENSOR_WIDTH, height=SENSOR_HEIGHT)
    return MinutiaeBatch(
        counts,
        all_minutiae.xy,
        all_minutiae.angle,
        all_minutiae.quality,
        packed_maps(doubled, known),
    )


def _seed(rng: np.random.Generator, seed: int | tuple[int, ...]) -> None:
    """Let a generator draw what a new one of this seed would."""
    rng.bit_generator.state = np.random.PCG64(seed).state


@compiled
def _simulate(
    of_finger: np.random.Generator,
    of_impression: np.random.Generator,
    of_map: np.random.Generator,
    capture_difficulty: float,
    rows: NDArray[np.float64],
    doubled: NDArray[np.complex64],
    known: NDArray[np.bool_],
) -> int:
    """Write an impression's minutiae and cells; return how many minutiae there are."""
    field = draw_ridge_field(draw_pattern_class(of_finger), of_finger)
    xy, angle, kind, clarity = draw_minutiae(field, of_finger)
    capture = draw_capture(of_impression, capture_difficulty)
    reported, _ = reported_minutiae(xy, angle, kind, clarity, capture, of_impression)
    rows[: len(reported)] = reported
    doubled[:], known[:] = read_cells(field, capture, of_map)
    return len(reported)
