"""Makes an operator's calibration: extract, compare, fit, check, write the file and its card."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from matcher.calibration.false_match_curves import FalseMatchCurve
from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import PreparedFinger
from matcher.evaluation.image_collection import ImageCollection, LabelledImage
from matcher.evaluation.progress import print_status
from matcher.evaluation.template_extraction import extract_all
from matcher.models import ModelBundle
from matcher.operator_calibration.calibration_card import CardContent, card
from matcher.operator_calibration.check import observed_rates, rates_on_other_half
from matcher.operator_calibration.finger_pairs import FingerPairs, compare_pairs
from matcher.operator_calibration.fit import operator_curves
from matcher.ridge_map import NO_MAP
from matcher.synthetic import generate_template
from matcher.synthetic.simulated_map import Simulate, generate_mapped_template
from matcher.training.calibration.mated_scores import count_mated

LEAST_FINGERS = 20
"""Fingers with a readable image; fewer say too little about other people."""
_LEAST_MINUTIAE = 4
_MATED_FINGERS = 8_000
"""Synthetic fingers whose mated scores are counted again under the operator's curves."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadableImages:
    """The images of which a comparison can be made, and what it needs of each."""

    images: Sequence[LabelledImage]
    prepared: Sequence[PreparedFinger]

    def fingers(self) -> list[str]:
        """Return the finger of each image, named with its set."""
        return [f"{each.set}/{each.finger}" for each in self.images]

    def without_maps(self) -> Self:
        """Return the same without the maps of their ridges."""
        return replace(self, prepared=[replace(each, ridge_map=NO_MAP) for each in self.prepared])


def calibrate(models: ModelBundle, collection: ImageCollection, out: Path, *, workers: int) -> None:
    """Write the calibration to `out` and its card beside it, with the extension md.

    Raises ValueError if the readable images are of too few fingers or too few pairs, OSError.
    """
    _require_fingers(len(set(collection.fingers)), "in the folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    readable = _read(models, collection, workers)
    _require_fingers(len(set(readable.fingers())), "with a readable image")
    pairs = _compare(models, readable, workers)
    without_maps = pairs
    if models.comparator.takes_maps:
        without_maps = _compare(models, readable.without_maps(), workers)
    calibration = fit_calibration(models, pairs, without_maps)
    out.write_text(json.dumps(calibration.as_json()) + "\n")
    content = _card_content(models, collection, readable, pairs, ScoreCalibration.load(out))
    out.with_suffix(".md").write_text(card(content))


def fit_calibration(
    models: ModelBundle, pairs: FingerPairs, without_maps: FingerPairs
) -> ScoreCalibration:
    """Return the calibration that these pairs give. Raises ValueError if they are too few.

    without_maps: the same, compared without the maps of their ridges. The factor of persons is that
    of the models' calibration. So are the mated scores, those of synthetic fingers, counted again
    under the new curves.
    """
    given = models.calibration
    if given.without_map is None:
        return _fitted(models, given, without_maps, generate_template)
    others = _fitted(models, given.without_map, without_maps, generate_template)
    made = _fitted(models, given, pairs, generate_mapped_template)
    return replace(made, without_map=others)


def _fitted(
    models: ModelBundle, given: ScoreCalibration, pairs: FingerPairs, simulate: Simulate
) -> ScoreCalibration:
    curves = _curves(given, pairs)
    print_status("counting mated scores of synthetic fingers under these curves")
    mated = count_mated(models.comparator, simulate, curves, _MATED_FINGERS)
    return replace(given, curves=curves, mated_scores=mated, digest="")


def _curves(given: ScoreCalibration, pairs: FingerPairs) -> list[FalseMatchCurve]:
    return operator_curves(pairs.non_mated_scores(), given.curves)


def _compare(models: ModelBundle, readable: ReadableImages, workers: int) -> FingerPairs:
    names = [each.finger for each in readable.images]
    return compare_pairs(
        models.comparator, readable.prepared, readable.fingers(), names, workers=workers
    )


def _require_fingers(fingers: int, where: str) -> None:
    if fingers < LEAST_FINGERS:
        raise ValueError(
            f"there are {fingers} fingers {where}; at least {LEAST_FINGERS} are needed, and "
            "hundreds for a false match rate that holds for other people"
        )


def _read(models: ModelBundle, collection: ImageCollection, workers: int) -> ReadableImages:
    """Extract all images; those that cannot be read, or show too little, are left out."""
    extracted = extract_all(
        models.extractor, collection.images, workers=workers, partial_probe=False
    )
    prepared = [
        (image, models.comparator.prepare(found))
        for image, found in zip(collection.images, extracted.minutiae, strict=True)
        if found is not None
    ]
    takes_maps = models.comparator.takes_maps
    usable = [
        (image, each)
        for image, each in prepared
        if len(each) >= _LEAST_MINUTIAE and (each.has_map or not takes_maps)
    ]
    return ReadableImages([image for image, _ in usable], [each for _, each in usable])


def _card_content(
    models: ModelBundle,
    collection: ImageCollection,
    readable: ReadableImages,
    pairs: FingerPairs,
    calibration: ScoreCalibration,
) -> CardContent:
    return CardContent(
        calibration=calibration,
        given=models.calibration,
        images=readable.images,
        left_out=len(collection.images) - len(readable.images),
        pairs=pairs,
        observed=observed_rates(pairs, calibration.curves),
        before=observed_rates(pairs, models.calibration.curves),
        other_half=rates_on_other_half(pairs, lambda half: _curves(models.calibration, half)),
    )
