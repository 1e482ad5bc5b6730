import numpy as np
import pytest
from matcher.calibration.false_match_curves import FalseMatchCurve, interpolated_score
from matcher.operator_calibration.check import observed_rates, rates_on_other_half
from matcher.operator_calibration.finger_pairs import FingerPairs
from matcher.operator_calibration.fit import operator_curves

from ..models import calibration  # noqa: TID252
from .operator_fingers import operator_pairs


def _fit(pairs: FingerPairs) -> list[FalseMatchCurve]:
    return operator_curves(pairs.non_mated_scores(), calibration().curves)


@pytest.mark.parametrize(("fitted", "counted"), [(0, 1), (1, 0)])
def test_within_a_factor_of_two_where_counts_suffice(fitted: int, counted: int) -> None:
    fingers = np.unique(operator_pairs().fingers)
    others = operator_pairs().among(fingers[counted::2])

    curves = _fit(operator_pairs().among(fingers[fitted::2]))

    observed = observed_rates(others, curves)
    assert [rate.non_mated for rate in observed] == [7_140] * 4
    assert 357 <= observed[0].false_matches <= 1_428
    assert 36 <= observed[1].false_matches <= 142


def test_the_card_is_told_so() -> None:
    other_half = rates_on_other_half(operator_pairs(), _fit)

    assert other_half is not None
    assert [rate.decades for rate in other_half] == [1, 2, 3, 4]
    assert 357 <= other_half[0].false_matches <= 1_428


def test_an_interval_is_that_of_other_fingers() -> None:
    observed = observed_rates(operator_pairs(), _fit(operator_pairs()))

    tenth = observed[0]
    assert tenth.non_mated == 28_680
    assert 2_300 < tenth.false_matches < 3_150
    assert tenth.low < 0.085 < 0.095 < tenth.high  # that of as many independent pairs is narrower
    assert all(rate.low <= rate.false_matches / rate.non_mated <= rate.high for rate in observed)


def test_a_half_that_is_too_small_gives_no_figures() -> None:
    few = operator_pairs().among(np.arange(40))

    assert rates_on_other_half(few, _fit) is None


def test_smaller_fingers_than_were_measured_never_score_more() -> None:
    curves = _fit(operator_pairs())
    raw = np.linspace(-20, 30, 500)

    first = next(k for k, each in enumerate(curves) if each.size > 20)
    smallest_measured = interpolated_score(curves, raw, np.full(500, curves[first].size))

    assert first > 0
    for curve in curves[:first]:
        smaller = interpolated_score(curves, raw, np.full(500, curve.size))
        assert (np.diff(smaller) > 0).all()
        assert (smaller <= smallest_measured + 1e-9).all()


def test_too_few_pairs_are_refused_with_their_number() -> None:
    few = operator_pairs().among(np.arange(40))

    with pytest.raises(ValueError, match=r"there are 780 non-mated comparisons; at least 4,000"):
        _fit(few)
