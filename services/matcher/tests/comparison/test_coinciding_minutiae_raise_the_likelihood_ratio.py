import numpy as np
import pytest
from matcher.comparison.comparator import Comparator, comparison_features
from matcher.comparison.descriptor import DescriptorTable
from matcher.comparison.likelihood import (
    FEATURES,
    LOWEST_RAW_SCORE,
    MINUTIA_FEATURES,
    LikelihoodNetwork,
    alignment_features,
)
from matcher.minutiae import Minutiae

from ..fingers import a_finger  # noqa: TID252
from ..models import comparator  # noqa: TID252

compare, prepare = comparator().compare, comparator().prepare

PAIRS, WEIGHT, SPREAD, ALONE_LESS, ALONE_MORE, FEWER, MORE = 0, 1, 7, 8, 9, 10, 11
MOST_SIMILAR, OVERLAP, QUALITY = 13, 14, 15


def described(
    a: np.ndarray,
    b: np.ndarray,
    partner: list[int],
    similar: np.ndarray | float = 0.0,
    quality: float = 1.0,
) -> np.ndarray:
    """Features of fingers laid on each other, all minutiae of one quality."""
    partners = np.array(partner)
    similarities = np.broadcast_to(np.float32(similar), (len(a), len(b))).copy()
    return alignment_features(
        a.astype(np.float32), np.full(len(a), quality, np.float32),
        b.astype(np.float32), np.full(len(b), quality, np.float32),
        similarities, partners, (partners >= 0).astype(np.float64), 1.0,
    )  # fmt: skip


SQUARE = np.array([[0, 0, 0], [200, 0, 0], [200, 200, 0], [0, 200, 0]])


def test_the_spread_of_pairs_is_the_side_of_their_square() -> None:
    found = described(SQUARE, SQUARE, [0, 1, 2, 3])

    assert found[SPREAD] == pytest.approx(2.0, rel=0.1)
    assert found[PAIRS] == pytest.approx(2.0)
    elsewhere = described(SQUARE + 5000, SQUARE + 5000, [0, 1, 2, 3])
    assert elsewhere[SPREAD] == pytest.approx(found[SPREAD])


def test_a_minutia_missing_where_both_fingers_are_counts_against_them() -> None:
    inside = np.concatenate([SQUARE, [[100, 100, 0]]])
    outside = np.concatenate([SQUARE, [[500, 100, 0]]])

    assert described(inside, SQUARE, [0, 1, 2, 3, -1])[ALONE_MORE] == 1
    assert described(outside, SQUARE, [0, 1, 2, 3, -1])[ALONE_MORE] == 0


def test_the_three_most_similar_pairs_count_apart() -> None:
    similar = np.diag([0.2, 0.9, 0.6, 0.6])

    found = described(SQUARE, SQUARE, [0, 1, 2, 3], similar)
    fewer = described(SQUARE, SQUARE, [-1, 1, -1, -1], similar)

    assert found[MOST_SIMILAR] == pytest.approx((0.9 + 0.6 + 0.6) / 3)
    assert fewer[MOST_SIMILAR] == pytest.approx(0.9 / 3)


def test_the_area_where_fingers_overlap_is_that_of_both() -> None:
    shifted = SQUARE + np.array([100, 0, 0])
    far = SQUARE + np.array([1000, 0, 0])

    overlaps = [
        np.exp(4 * described(SQUARE, other, [-1, -1, -1, -1])[OVERLAP]) - 100
        for other in (SQUARE, shifted, far)
    ]

    assert overlaps == pytest.approx([200 * 200, 100 * 200, 0], rel=0.2, abs=1)


def test_pairs_of_poor_minutiae_are_told_from_good_ones() -> None:
    found = described(SQUARE, SQUARE, [0, 1, -1, -1], quality=0.3)

    assert found[QUALITY] == pytest.approx(0.3)


def test_the_order_of_fingers_does_not_matter() -> None:
    larger = np.concatenate([SQUARE, [[100, 100, 0], [50, 150, 0]]])

    one = described(larger, SQUARE, [0, 1, 2, 3, -1, -1])
    other = described(SQUARE, larger, [0, 1, 2, 3])

    assert np.allclose(one, other)


def test_each_mated_minutia_adds_to_the_score() -> None:
    whole, impression = prepare(a_finger(3)), a_finger(3, 1)
    parts = [prepare(impression[: len(impression) * share // 4]) for share in (1, 2, 3, 4)]

    assert (np.diff(compare(whole, parts)) > 0).all()


def test_mated_comparisons_score_above_zero_and_non_mated_below() -> None:
    mated = [compare(prepare(a_finger(k)), [prepare(a_finger(k, 1))])[0] for k in range(20)]
    non_mated = [compare(prepare(a_finger(k)), [prepare(a_finger(k + 50))])[0] for k in range(20)]

    assert min(mated) > 0 > max(non_mated)


def test_too_few_minutiae_say_nothing() -> None:
    finger: Minutiae = a_finger(1)
    few = prepare(finger[:3])

    found = comparison_features(prepare(finger), [few, prepare(finger)])

    assert found.shape == (2, FEATURES)
    assert np.isnan(found[0]).all()
    assert not np.isnan(found[1, :MINUTIA_FEATURES]).any()
    assert np.isnan(found[1, MINUTIA_FEATURES:]).all()
    assert compare(prepare(finger), [few])[0] == LOWEST_RAW_SCORE


def a_network(features: int) -> LikelihoodNetwork:
    """A network whose ratio is the first feature, less a thousand of those beyond the 13th."""
    direct = np.zeros(features)
    direct[0], direct[13:] = 1.0, -1000.0
    return LikelihoodNetwork(np.zeros((features, 2)), np.zeros(2), np.zeros(2), direct, 0.0, "0")


def test_a_network_of_an_earlier_version_takes_the_features_it_was_made_for() -> None:
    earlier = Comparator(DescriptorTable.load(), a_network(13))
    probe, mate = prepare(a_finger(1)), prepare(a_finger(1, 1))

    score = earlier.compare(probe, [mate])[0]

    assert earlier.version == "constellation-2-align2-0"
    assert score == pytest.approx(comparison_features(probe, [mate])[0, PAIRS], rel=1e-5)


@pytest.mark.parametrize("features", [12, 14, 17, 31])
def test_a_network_of_other_features_is_refused(features: int) -> None:
    with pytest.raises(ValueError, match=f"a likelihood network of {features} features"):
        a_network(features)


def test_a_network_that_takes_maps_is_refused_without_one_for_other_pairs() -> None:
    with pytest.raises(ValueError, match="needs another one for pairs without"):
        a_network(FEATURES)
