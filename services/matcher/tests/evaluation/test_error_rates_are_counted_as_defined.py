from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher.evaluation.error_rates import (
    check_nominal_fmr,
    det_curve,
    equal_error_rate,
    false_non_matches_at_fmr,
)

FEW_VALUES = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 2.5, 4.0, 12.0])
SCORES = st.lists(FEW_VALUES | st.floats(0, 12), min_size=1, max_size=40)


def _at(mated: list[float], non_mated: list[float], threshold: float) -> tuple[Fraction, Fraction]:
    false_matches = sum(score >= threshold for score in non_mated)
    false_non_matches = sum(score < threshold for score in mated)
    return Fraction(false_matches, len(non_mated)), Fraction(false_non_matches, len(mated))


def _thresholds(mated: list[float], non_mated: list[float]) -> list[float]:
    return [*mated, *non_mated, float("inf")]


@given(SCORES, SCORES)
def test_the_equal_error_rate_is_the_mean_where_both_are_nearest(
    mated: list[float], non_mated: list[float]
) -> None:
    rates = [_at(mated, non_mated, t) for t in _thresholds(mated, non_mated)]
    nearest = min(abs(fmr - fnmr) for fmr, fnmr in rates)
    means = [(fmr + fnmr) / 2 for fmr, fnmr in rates if abs(fmr - fnmr) == nearest]

    found = equal_error_rate(np.array(mated), np.array(non_mated))

    assert found is not None
    assert any(found.rate == pytest.approx(float(mean)) for mean in means)
    fmr, fnmr = _at(mated, non_mated, found.threshold)
    assert found.false_matches == fmr * len(non_mated)
    assert found.false_non_matches == fnmr * len(mated)


@given(SCORES, SCORES, st.sampled_from([2, 3, 10, 100, None]))
def test_false_non_matches_are_the_fewest_that_keep_the_fmr(
    mated: list[float], non_mated: list[float], one_in: int | None
) -> None:
    allowed = Fraction(1, one_in) if one_in else 0
    kept = [
        fnmr
        for fmr, fnmr in (_at(mated, non_mated, t) for t in _thresholds(mated, non_mated))
        if fmr <= allowed
    ]

    found = false_non_matches_at_fmr(np.array(mated), np.array(non_mated), one_in)

    assert found == min(kept) * len(mated)


@given(SCORES, SCORES)
def test_the_trade_off_holds_every_threshold(mated: list[float], non_mated: list[float]) -> None:
    curve = det_curve(np.array(mated), np.array(non_mated))

    for threshold, fmr, fnmr in zip(curve.threshold, curve.fmr, curve.fnmr, strict=True):
        assert (fmr, fnmr) == tuple(map(float, _at(mated, non_mated, threshold)))


def test_without_mated_or_non_mated_scores_there_is_no_rate() -> None:
    some, none = np.array([1.0, 2.0]), np.array([])

    assert equal_error_rate(some, none) is None
    assert equal_error_rate(none, some) is None
    assert false_non_matches_at_fmr(some, none, 100) is None


def test_a_nominal_fmr_is_checked_against_the_count() -> None:
    non_mated = np.concatenate([np.zeros(9_985), np.full(15, 3.0)])

    check = check_nominal_fmr(np.array([2.9, 3.0]), non_mated, 3)

    assert (check.false_matches, check.non_mated, check.false_non_matches) == (15, 10_000, 1)
    assert (check.low, check.high) == (4, 17)  # of a Poisson count of mean 10, from its table
