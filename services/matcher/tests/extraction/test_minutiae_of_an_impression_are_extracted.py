import numpy as np
import pytest
from matcher.comparison.comparator import paired_minutiae
from matcher.drawing import draw_paired_minutiae
from matcher.extraction.extractor import Extractor
from matcher.image.decode import decode
from matcher.image.quality import Nfiq2
from matcher.minutiae import Minutiae
from matcher.synthetic import (
    LIVE_SCAN,
    RenderedImpression,
    generate_master,
    generate_ridge_pattern,
    render_impression,
)

from ..fingers import a_finger  # noqa: TID252
from ..models import comparator  # noqa: TID252

compare = comparator().compare
prepare = comparator().prepare


@pytest.fixture(scope="module")
def shown() -> list[RenderedImpression]:
    ridges = generate_ridge_pattern(generate_master(21))
    return [
        render_impression(ridges, impression, capture_difficulty=LIVE_SCAN) for impression in (0, 1)
    ]


@pytest.fixture(scope="module")
def found(shown: list[RenderedImpression]) -> list[Minutiae]:
    extract = Extractor()
    return [extract(one.image) for one in shown]


def test_the_planted_minutiae_are_found(
    shown: list[RenderedImpression], found: list[Minutiae]
) -> None:
    planted, seen = shown[0].minutiae, found[0]
    sure = seen[seen.quality >= 60]

    apart = np.linalg.norm(sure.xy[:, None].astype(float) - planted.xy[None], axis=2)

    assert (apart.min(1) < 12).mean() > 0.7


def test_they_come_best_first_and_inside_the_image(
    shown: list[RenderedImpression], found: list[Minutiae]
) -> None:
    assert (np.diff(found[0].quality.astype(int)) <= 0).all()
    assert (found[0].quality >= 10).all()
    assert (found[0].xy < shown[0].image.shape[::-1]).all()


def test_two_impressions_of_a_finger_match(found: list[Minutiae]) -> None:
    probe, mated, non_mated = (prepare(each) for each in (*found, a_finger(22)))

    mated_score, non_mated_score = compare(probe, [mated, non_mated])

    assert mated_score > 0 > non_mated_score


def test_a_blank_image_has_no_minutiae_and_no_quality() -> None:
    blank = np.full((300, 250), 255, np.uint8)

    assert len(Extractor()(blank)) == 0
    assert Nfiq2()(blank) == 0


def test_a_good_impression_has_quality(shown: list[RenderedImpression]) -> None:
    assert Nfiq2()(shown[0].image) > 20


def test_a_pair_is_drawn_with_or_without_images(
    shown: list[RenderedImpression], found: list[Minutiae]
) -> None:
    pairs = paired_minutiae(prepare(found[0]), prepare(found[1]))

    with_images = draw_paired_minutiae(shown[0].image, found[0], shown[1].image, found[1], pairs)
    without = draw_paired_minutiae(None, found[0], None, found[1], pairs)

    for figure in (with_images, without):
        assert figure.startswith(b"\x89PNG")
        assert len(np.unique(decode(figure, 1000))) > 10
