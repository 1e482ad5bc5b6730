import numpy as np
import pytest
from matcher.extraction.extractor import Extractor
from matcher.image.quality import Nfiq2
from matcher.minutiae import Minutiae
from matcher.synthetic import (
    LIVE_SCAN,
    RenderedImpression,
    RidgePattern,
    generate_master,
    generate_ridge_pattern,
    generate_template,
    render_impression,
)
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped, unused-ignore]

from ..models import comparator  # noqa: TID252

FINGERS = 4


@pytest.fixture(scope="module")
def patterns() -> list[RidgePattern]:
    return [generate_ridge_pattern(generate_master(seed)) for seed in range(FINGERS)]


@pytest.fixture(scope="module")
def rendered(patterns: list[RidgePattern]) -> list[list[RenderedImpression]]:
    return [
        [render_impression(r, seed, capture_difficulty=LIVE_SCAN) for seed in (1, 2)]
        for r in patterns
    ]


@pytest.fixture(scope="module")
def found(rendered: list[list[RenderedImpression]]) -> list[list[Minutiae]]:
    extract = Extractor()
    return [[extract(p.image) for p in finger] for finger in rendered]


def test_an_extractor_finds_nearly_all_of_them_and_little_else(
    rendered: list[list[RenderedImpression]], found: list[list[Minutiae]]
) -> None:
    true = [p.minutiae for finger in rendered for p in finger]
    seen = [m for finger in found for m in finger]

    hits = sum(_hits(a, b) for a, b in zip(seen, true, strict=True))

    assert hits / sum(map(len, true)) > 0.85
    assert hits / sum(map(len, seen)) > 0.75


def test_a_finger_matches_itself_better_than_any_other(found: list[list[Minutiae]]) -> None:
    references = [comparator().prepare(first) for first, _ in found]

    best = [
        int(np.argmax(comparator().compare(comparator().prepare(second), references)))
        for _, second in found
    ]

    assert best == list(range(FINGERS))


def test_a_simulated_template_of_the_pattern_matches_its_rendered_impression(
    patterns: list[RidgePattern], found: list[list[Minutiae]]
) -> None:
    references = [
        comparator().prepare(generate_template(r.master, 9, capture_difficulty=LIVE_SCAN))
        for r in patterns
    ]

    best = [
        int(np.argmax(comparator().compare(comparator().prepare(print_), references)))
        for print_, _ in found
    ]

    assert best == list(range(FINGERS))


def test_supervised_impressions_are_of_usable_quality(
    rendered: list[list[RenderedImpression]],
) -> None:
    nfiq2 = Nfiq2()
    scores = [nfiq2(p.image) for finger in rendered for p in finger]

    assert np.mean(np.array(scores) >= 40) >= 0.75


def _hits(found: Minutiae, true: Minutiae) -> int:
    """Count pairs, one to one, within 12 pixels and 30 degrees."""
    apart = np.hypot(*(found.xy[:, None].astype(float) - true.xy[None]).transpose(2, 0, 1))
    turned = np.cos(found.angle[:, None] - true.angle[None]) < np.cos(np.radians(30))
    near = (apart < 12) & ~turned
    return int(near[linear_sum_assignment(near, maximize=True)].sum())
