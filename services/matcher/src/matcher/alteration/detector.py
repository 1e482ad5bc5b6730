"""Are the ridges of an image altered? A score with a known rate of false alarms, and its signs.

After Yoon, Feng and Jain ("Altered fingerprints: analysis and detection", TPAMI 34(3), 2012): the
ridge flow against that of a finger, and how minutiae are spread; here with missing ridges and
scars, and a logistic regression in which no sign can speak for unaltered ridges. Its weights, in
`alteration.json`, are made by `matcher.training.alteration`, from synthetic fingers alone.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.alteration.alteration_score import AlterationScore
from matcher.alteration.signs import SIGN_OF_FEATURE, SIGNS, Sign, Signs, find_signs
from matcher.alteration.usual_signs import SPREAD_TERMS, TERMS, UsualSigns
from matcher.extraction.ridge_flow import BLOCK
from matcher.minutiae import Minutiae

ALTERATION_FILE = Path(__file__).with_name("alteration.json")
"""The detector that comes with this package."""
_SHAPES = {
    "usual": (TERMS, SIGNS),
    "spread": (SPREAD_TERMS, SIGNS),
    "least_spread": (SIGNS,),
    "weight": (SIGNS,),
    "rare": (SIGNS,),
    "bias": (),
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImageRegion:
    """A part of an image, pixels at 500 dpi."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Examination:
    """What an image says of its ridges.

    present: the signs that are stronger than on 199 of 200 unaltered fingers.
    """

    score: AlterationScore
    present: tuple[Sign, ...]
    signs: Signs

    @cached_property
    def region(self) -> ImageRegion:
        """The part of the image in which most of what is unusual is."""
        strength = ndimage.gaussian_filter(self.signs.strength, 2.0)
        labels, _ = ndimage.label(strength > 0.5 * strength.max())
        total = ndimage.sum_labels(strength, labels, np.arange(1, labels.max() + 1))
        rows, columns = ndimage.find_objects(labels)[int(np.argmax(total))]
        return ImageRegion(
            columns.start * BLOCK,
            rows.start * BLOCK,
            (columns.stop - columns.start) * BLOCK,
            (rows.stop - rows.start) * BLOCK,
        )


@dataclass(frozen=True, slots=True, eq=False)
class AlterationDetector:
    """The fitted detector. One instance may be used from several threads at once.

    usual: what unaltered fingers show. weight: float64 (SIGNS,), none negative, and bias, of the
    logistic regression over deviations from it. rare: float64 (SIGNS,), the deviations that 199 of
    200 unaltered fingers do not exceed. margins, scores: float64 (k,), rising: the score of each
    margin; between them it is linear. version: of the features and of all these numbers.
    """

    usual: UsualSigns
    weight: Floats
    bias: float
    rare: Floats
    margins: Floats
    scores: Floats
    version: str

    @classmethod
    def load(cls, file: Path = ALTERATION_FILE) -> Self:
        """Read a detector. Raises OSError, ValueError if the file is not one."""
        content = file.read_bytes()
        numbers = {name: np.array(value, np.float64) for name, value in json.loads(content).items()}
        for name, shape in _SHAPES.items():
            if numbers[name].shape != shape:
                raise ValueError(f"{file}: {name} has shape {numbers[name].shape}, not {shape}")
        usual = UsualSigns(numbers["usual"], numbers["spread"], numbers["least_spread"])
        return cls(
            usual,
            numbers["weight"],
            float(numbers["bias"]),
            numbers["rare"],
            numbers["margins"],
            numbers["scores"],
            version=f"alteration-1-{hashlib.sha256(content).hexdigest()[:8]}",
        )

    def __call__(self, image: NDArray[np.uint8], minutiae: Minutiae) -> Examination | None:
        """Examine an image at 500 dpi, uint8 (h, w); None if it shows too little skin.

        minutiae: those extracted from it.
        """
        signs = find_signs(image, minutiae)
        if signs is None:
            return None
        deviations = self.usual.deviations(signs.features[None])
        present = {SIGN_OF_FEATURE[i] for i in np.flatnonzero(deviations[0] > self.rare)}
        score = AlterationScore(float(self.scores_of(deviations)[0]), self.version)
        return Examination(score, tuple(sorted(present)), signs)

    def scores_of(self, deviations: Floats) -> Floats:
        """Return the score of each row of deviations, float64 (n, SIGNS)."""
        margins = deviations @ self.weight + self.bias
        return np.asarray(np.interp(margins, self.margins, self.scores))
