"""Synthetic fingers have maps like those of images, and the same minutiae as without."""

from dataclasses import replace

import numpy as np
import pytest
from matcher.comparison.comparator import comparison_features
from matcher.comparison.likelihood import MINUTIA_FEATURES
from matcher.ridge_map import CELL, RidgeMap
from matcher.synthetic import generate_master, generate_template
from matcher.synthetic.simulated_map import generate_mapped_template
from matcher.training.partial_impression import keep_nearest, keep_window

from ..models import comparator  # noqa: TID252

FINGER = generate_master(12)
COSINE = MINUTIA_FEATURES + 1


def known_cells(ridges: RidgeMap | None) -> int:
    assert ridges is not None
    return int(np.count_nonzero(ridges.codes))


def test_the_minutiae_are_those_of_the_template_without_map() -> None:
    mapped, plain = generate_mapped_template(FINGER, 3), generate_template(FINGER, 3)

    assert plain.ridge_map is None
    assert known_cells(mapped.ridge_map) > 100
    assert np.array_equal(mapped.xy, plain.xy)
    assert np.array_equal(mapped.angle, plain.angle)
    assert np.array_equal(mapped.quality, plain.quality)


def test_the_same_arguments_give_the_same_map() -> None:
    one, other, another = (
        generate_mapped_template(FINGER, seed).ridge_map for seed in (3, 3, 4)
    )  # fmt: skip

    assert one is not None
    assert other is not None
    assert another is not None
    assert np.array_equal(one.codes, other.codes)
    assert not np.array_equal(one.codes, another.codes)


def test_ridges_of_mates_agree_and_of_others_less() -> None:
    prepare = comparator().prepare
    probe = prepare(generate_mapped_template(FINGER, 0, capture_difficulty=0.5))
    mate = prepare(generate_mapped_template(FINGER, 1, capture_difficulty=0.5))
    others = [prepare(generate_mapped_template(generate_master(k), 0)) for k in range(20, 40)]

    cosine = comparison_features(probe, [mate, *others])[:, COSINE]

    assert cosine[0] > 0.9
    assert np.median(cosine[1:]) < 0.8


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_window_keeps_its_share_of_the_cells(share: float) -> None:
    whole = generate_mapped_template(FINGER, 1)

    part = keep_window(whole, share, np.random.default_rng(1))

    assert known_cells(part.ridge_map) == pytest.approx(
        share * known_cells(whole.ridge_map), rel=0.4
    )
    assert 0 < len(part) < len(whole)


def test_minutiae_nearest_to_one_keep_the_cells_around_them() -> None:
    whole = generate_mapped_template(FINGER, 1)

    part = keep_nearest(whole, 0, 0.3)

    plain = keep_nearest(replace(whole, ridge_map=None), 0, 0.3)
    assert np.array_equal(part.xy, plain.xy)
    assert plain.ridge_map is None
    assert part.ridge_map is not None
    x, y = part.ridge_map.middles()
    rows, columns = np.nonzero(part.ridge_map.codes)
    from_centre = np.hypot(x[columns] - whole.xy[0, 0], y[rows] - whole.xy[0, 1])
    furthest = np.hypot(*(part.xy - whole.xy[0]).T).max()
    assert 0 < from_centre.max() <= furthest + CELL
