"""Turned, cut, burnt and transplanted ridges are found; those of an ordinary finger are not."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matcher.alteration.alteration_score import SUSPICIOUS, AlterationScore
from matcher.alteration.detector import ALTERATION_FILE, AlterationDetector, Examination
from matcher.alteration.drawing import draw_examination
from matcher.alteration.signs import Sign
from matcher.synthetic.alteration import AlterationKind
from numpy.typing import NDArray
from PIL import Image

from .altered_fingers import altered, unaltered, wounded
from .models import models

FINGER = 7_021


def _examine(image: NDArray[np.uint8]) -> Examination:
    found = models().alteration(image, models().extractor(image))
    assert found is not None
    return found


@pytest.mark.parametrize("kind", AlterationKind)
def test_an_altered_finger_is_suspicious(kind: AlterationKind) -> None:
    found = _examine(altered(kind, FINGER))

    assert found.score.is_suspicious
    assert found.score.detector_version == models().alteration.version
    assert found.present


def test_the_same_finger_before_and_with_an_ordinary_scar_is_not() -> None:
    for image in (unaltered(FINGER), wounded(FINGER)):
        assert not _examine(image).score.is_suspicious


def test_a_finger_upside_down_or_mirrored_is_one() -> None:
    image = unaltered(FINGER)

    for turned in (np.rot90(image, 2), image[:, ::-1]):
        assert not _examine(np.ascontiguousarray(turned)).score.is_suspicious


def test_it_says_what_is_unusual_and_where() -> None:
    burn = _examine(altered(AlterationKind.BURN, FINGER))
    turned = _examine(altered(AlterationKind.ROTATION, FINGER))

    assert Sign.MISSING_RIDGES in burn.present
    assert Sign.RIDGE_FLOW in turned.present
    for found, image in (
        (burn, altered(AlterationKind.BURN, FINGER)),
        (turned, altered(AlterationKind.ROTATION, FINGER)),
    ):
        region, before = found.region, unaltered(FINGER)
        changed = np.abs(image.astype(np.int16) - before) > 60
        rows = slice(region.top, region.top + region.height)
        columns = slice(region.left, region.left + region.width)
        assert changed[rows, columns].sum() > 0.7 * changed.sum()
        assert region.width * region.height < 0.5 * image.size


def test_an_image_that_shows_too_little_skin_is_not_judged() -> None:
    blank = np.full((300, 300), 255, np.uint8)
    tiny = np.full((20, 20), 255, np.uint8)

    for image in (blank, tiny):
        assert models().alteration(image, models().extractor(blank)[:0]) is None


def test_from_which_score_on_a_person_looks() -> None:
    assert AlterationScore(SUSPICIOUS, "").is_suspicious
    assert not AlterationScore(SUSPICIOUS - 0.01, "").is_suspicious


def test_a_file_that_is_no_detector_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "alteration.json"
    numbers = json.loads(ALTERATION_FILE.read_text())
    file.write_text(json.dumps({**numbers, "weight": numbers["weight"][1:]}))

    with pytest.raises(ValueError, match="weight"):
        AlterationDetector.load(file)


def test_the_figure_shows_the_print_twice() -> None:
    image = altered(AlterationKind.ROTATION, FINGER)
    minutiae = models().extractor(image)

    png = draw_examination(image, minutiae, _examine(image))

    with Image.open(BytesIO(png)) as figure:
        assert figure.size == (2 * 2 * image.shape[1] + 24, 2 * image.shape[0])
        left = np.asarray(figure.crop((0, 0, 2 * image.shape[1], figure.height)))
        right = np.asarray(figure.crop((2 * image.shape[1] + 24, 0, figure.width, figure.height)))
    assert (left.max(2) == left.min(2)).all()
    orange = (right[..., 0].astype(int) - right[..., 2]) > 40
    assert orange.mean() > 0.005
