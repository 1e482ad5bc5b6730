"""Are the ridges of an image altered? A score with a known rate of false alarms, and what speaks for it.

After Yoon, Feng and Jain ("Altered fingerprints: analysis and detection", TPAMI 34(3), 2012): the ridge
flow against that of a finger, and how minutiae are spread; here with missing ridges and scars, and
with a logistic regression in which no sign can speak for unaltered ridges. Its weights, in
`alteration.json`, are made by `matcher.training.alteration`, from synthetic fingers alone.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped, unused-ignore]

from matcher.alteration.alteration_score import AlterationScore
from matcher.alteration.ridge_flow import BLOCK
from matcher.alteration.signs import FEATURES, SIGN_OF_FEATURE, Sign, Signs, find_signs
from matcher.minutiae import Minutiae

ALTERATION_FILE = Path(__file__).with_name("alteration.json")
"""The detector that comes with this package."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImageRegion:
    """A part of an image, pixels at 500 dpi."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """What an image says of its ridges.

    present: the signs that are stronger than on 199 of 200 unaltered fingers.
    """

    score: AlterationScore
    present: tuple[Sign, ...]
    signs: Signs

    @property
    def region(self) -> ImageRegion:
        """The part of the image in which most of what is unusual is."""
        strength = ndimage.gaussian_filter(self.signs.strength, 1.5)
        labels, _ = ndimage.label(strength > 0.4 * strength.max())
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

    middle, spread, weight: float64 (FEATURES,), of the logistic regression, and its bias.
    usual: float64 (FEATURES,), what 199 of 200 unaltered fingers do not exceed.
    margins, scores: float64 (k,), rising: the score of each margin; between them it is linear.
    version: of the features and of all these numbers.
    """

    middle: Floats
    spread: Floats
    weight: Floats
    bias: float
    usual: Floats
    margins: Floats
    scores: Floats
    version: str

    @classmethod
    def load(cls, file: Path = ALTERATION_FILE) -> Self:
        """Read a detector. Raises OSError, ValueError if the file is not one."""
        content = file.read_bytes()
        numbers = {name: np.array(value, np.float64) for name, value in json.loads(content).items()}
        bias = float(numbers.pop("bias"))
        of_features = ("middle", "spread", "weight", "usual")
        if any(numbers[name].shape != (FEATURES,) for name in of_features):
            raise ValueError(f"{file} has not {FEATURES} features")
        digest = hashlib.sha256(content).hexdigest()[:8]
        return cls(**numbers, bias=bias, version=f"alteration-1-{digest}")

    def __call__(self, image: NDArray[np.uint8], minutiae: Minutiae) -> Examination | None:
        """Examine an image at 500 dpi, uint8 (h, w); None if it shows too little skin.

        minutiae: those extracted from it.
        """
        signs = find_signs(image, minutiae)
        if signs is None:
            return None
        margin = self.margin(signs.features)
        above = {
            sign
            for sign, found, usual in zip(SIGN_OF_FEATURE, signs.features, self.usual, strict=True)
            if sign is not None and found > usual
        }
        return Examination(
            AlterationScore(float(np.interp(margin, self.margins, self.scores)), self.version),
            tuple(sorted(above)),
            signs,
        )

    def margin(self, features: Floats) -> float:
        """Return the log-odds of altered ridges, where both kinds are equally frequent."""
        return float((features - self.middle) / self.spread @ self.weight + self.bias)
