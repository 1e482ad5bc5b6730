"""Simulates templates of synthetic fingers: what an extractor would report of one impression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.synthetic.contact import (
    FVC2002,
    SENSOR_HEIGHT,
    SENSOR_WIDTH,
    Contact,
    draw_contact,
    draw_difficulty,
)
from matcher.synthetic.master import MasterFingerprint
from matcher.synthetic.simulated_extraction import (
    ExtractionErrors,
    draw_errors,
    false_minutiae,
    local_best,
    true_minutiae,
)

MAX_MINUTIAE = 120
"""Most minutiae of one impression; those of highest quality are kept."""

Floats = NDArray[np.float64]


class Capture(NamedTuple):
    """How one impression is made and read; a tuple for kernels. difficulty: 0 or more."""

    difficulty: float
    contact: Contact
    errors: ExtractionErrors


@dataclass(frozen=True, slots=True, eq=False)
class Impression:
    """A simulated template and its ground truth.

    master_index: int32 (n,), for each minutia its index in the master, -1 for a false minutia.
    """

    minutiae: Minutiae
    master_index: NDArray[np.int32]


def generate_template(
    master: MasterFingerprint, seed: int, *, capture_difficulty: float = FVC2002
) -> Minutiae:
    """Return the minutiae of one simulated impression, as `generate_impression` does."""
    return generate_impression(master, seed, capture_difficulty=capture_difficulty).minutiae


def generate_impression(
    master: MasterFingerprint, seed: int, *, capture_difficulty: float = FVC2002
) -> Impression:
    """Simulate one impression of `master`: rotated, distorted, partial, with extraction errors.

    seed: 0 or more; with the finger's own seed it determines the result.
    capture_difficulty: 0 (ideal) upwards, as `LIVE_SCAN` and `FVC2002`; above `FVC2002` some are
        rotated by any angle, one in ten at 1.2.
    Returns at most `MAX_MINUTIAE` minutiae at whole pixels and angle units of ISO/IEC 19794-2,
    highest quality first; quality separates true from false minutiae about as well as an
    extractor's does.
    """
    rng = np.random.default_rng((seed, master.seed))
    return impression_of(master, draw_capture(rng, capture_difficulty), rng)


@compiled
def draw_capture(rng: np.random.Generator, capture_difficulty: float) -> Capture:
    """Draw how an impression is made: the first numbers that are drawn for it."""
    difficulty = draw_difficulty(rng, capture_difficulty)
    contact = draw_contact(rng, difficulty, capture_difficulty)
    return Capture(difficulty, contact, draw_errors(rng, difficulty))


def impression_of(
    master: MasterFingerprint, capture: Capture, rng: np.random.Generator
) -> Impression:
    """Return what `generate_impression` returns; rng: by which the capture was drawn."""
    rows, master_index = reported_minutiae(
        master.xy, master.angle, master.kind, master.clarity, capture, rng
    )
    return Impression(
        minutiae_from_rows(rows, width=SENSOR_WIDTH, height=SENSOR_HEIGHT), master_index
    )


@compiled
def reported_minutiae(
    xy: Floats,
    angle: Floats,
    kind: NDArray[np.uint8],
    clarity: Floats,
    capture: Capture,
    rng: np.random.Generator,
) -> tuple[Floats, NDArray[np.int32]]:
    """Return rows (x, y, angle, kind, quality), best first, and the master's index of each."""
    contact, errors = capture.contact, capture.errors
    true, master_index = true_minutiae(xy, angle, kind, clarity, contact, errors, rng)
    false = false_minutiae(len(true), xy, angle, contact, errors, rng)
    rows = np.concatenate((true, false))
    indices = np.concatenate((master_index, np.full(len(false), -1, np.int32)))
    best = np.argsort(-rows[:, 4], kind="mergesort")  # equals keep their order
    best = best[local_best(rows[best])][:MAX_MINUTIAE]
    return rows[best], indices[best]
