"""Which models a process decides by, and their versions.

A ModelBundle is made once, where a program starts, and passed to whatever needs it, so that bundles
of different versions can be used side by side.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.alteration.detector import ALTERATION_FILE, AlterationDetector
from matcher.calibration.score_calibration import CALIBRATION_FILE, ScoreCalibration
from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.comparison.descriptor import DESCRIPTOR_FILE, DescriptorTable
from matcher.comparison.descriptor_quantizer import (
    PROBED_LISTS,
    QUANTIZER_FILE,
    DescriptorQuantizer,
)
from matcher.comparison.descriptor_votes import descriptor_votes
from matcher.comparison.likelihood import LIKELIHOOD_FILE, LikelihoodNetwork
from matcher.comparison.prefilter import prefilter_scores
from matcher.embedding.embedding_network import EMBEDDING_FILE, EmbeddingNetwork
from matcher.extraction.extractor import Extractor
from matcher.image.quality import Nfiq2
from matcher.minutiae import Minutiae, minutiae_from_rows

T = TypeVar("T")

_WARM_UP_SIZE = 256
"""Width and height, pixels, of the image that `warm_up` works on."""


@dataclass(frozen=True, slots=True)
class ModelVersions:
    """The version of each model, as a name."""

    extractor: str
    embedding: str
    comparison: str
    calibration: str
    quantizer: str

    @property
    def model_version(self) -> str:
        """Extractor, embedding and comparison in one string, as decision records store them."""
        return f"{self.extractor} {self.embedding} {self.comparison}"


@dataclass(frozen=True, slots=True, eq=False)
class ModelBundle:
    """All models that take part in a decision; one may be used from several threads at once.

    Raises ValueError if the calibration was made for another version of the comparison, or does not
    tell what scores of pairs without maps mean where these are compared apart.
    """

    quality: Nfiq2
    extractor: Extractor
    embedding: EmbeddingNetwork
    comparator: Comparator
    calibration: ScoreCalibration
    quantizer: DescriptorQuantizer
    alteration: AlterationDetector

    def __post_init__(self) -> None:
        if self.calibration.comparison_version != self.comparator.version:
            raise ValueError(
                f"the calibration was made for comparison {self.calibration.comparison_version}, "
                f"not for {self.comparator.version}: make it again by `matcher calibrate`"
            )
        if self.comparator.takes_maps != (self.calibration.without_map is not None):
            raise ValueError(
                "comparison and calibration differ in whether pairs without a map of the ridges "
                "have scores of their own: make the calibration again by `matcher calibrate`"
            )

    @classmethod
    def load(
        cls,
        *,
        embedding: Path = EMBEDDING_FILE,
        descriptor: Path = DESCRIPTOR_FILE,
        likelihood: Path = LIKELIHOOD_FILE,
        calibration: Path = CALIBRATION_FILE,
        quantizer: Path = QUANTIZER_FILE,
        alteration: Path = ALTERATION_FILE,
    ) -> Self:
        """Read the models from files, by default those that come with this package.

        Takes about a second. Raises OSError or ValueError with the name of the file that cannot be
        read, and RuntimeError if the installed weights of the extractor are not those that were
        measured.
        """
        comparator = Comparator(
            _read(DescriptorTable.load, descriptor), _read(LikelihoodNetwork.load, likelihood)
        )
        return cls(
            quality=Nfiq2(),
            extractor=Extractor(minimum_quality=comparator.minimum_quality),
            embedding=_read(EmbeddingNetwork.load, embedding),
            comparator=comparator,
            calibration=_read(ScoreCalibration.load, calibration),
            quantizer=_read(DescriptorQuantizer.load, quantizer),
            alteration=_read(AlterationDetector.load, alteration),
        )

    @property
    def versions(self) -> ModelVersions:
        """The version of each model."""
        return ModelVersions(
            self.extractor.version,
            self.embedding.version,
            self.comparator.version,
            self.calibration.version,
            self.quantizer.version,
        )

    def warm_up(self) -> None:
        """Run every step once, so that kernels are compiled before the first request.

        Takes seconds after an upgrade, when nothing compiled is in the cache.
        """
        blank = np.full((_WARM_UP_SIZE, _WARM_UP_SIZE), 255, np.uint8)
        self.quality(blank)
        self.extractor(blank)
        self.alteration(_ridges(), self.extractor(blank))
        finger = _random_minutiae()
        self.embedding.embed(finger)
        prepared = self.comparator.prepare(finger)
        self.quantizer.nearest_lists(prepared.descriptors, PROBED_LISTS)
        descriptor_votes(np.array([1]), np.array([0]), np.array([0], np.float32))
        self.comparator.compare(prepared, [prepared])
        paired_minutiae(prepared, prepared)
        prefilter_scores(prepared, [prepared])


def _read(load: Callable[[Path], T], file: Path) -> T:
    """Return what a file holds; an error that does not name it becomes a ValueError that does."""
    try:
        return load(file)
    except Exception as error:  # the libraries that read files raise what they like
        if file.name in str(error):
            raise
        raise ValueError(f"{file.name}: {error!r}") from error


def _ridges() -> NDArray[np.uint8]:
    """Return parallel ridges that fill an image."""
    wave = np.sin(np.arange(_WARM_UP_SIZE) * (2 * np.pi / 9))
    return np.tile(np.asarray(128 + 100 * wave, np.uint8), (_WARM_UP_SIZE, 1))


def _random_minutiae() -> Minutiae:
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, _WARM_UP_SIZE, (40, 2))
    angle = rng.uniform(0, 2 * np.pi, (40, 1))
    kind, quality = np.ones((40, 1)), np.full((40, 1), 50)
    rows = np.hstack([xy, angle, kind, quality])
    return minutiae_from_rows(rows, width=_WARM_UP_SIZE, height=_WARM_UP_SIZE)
