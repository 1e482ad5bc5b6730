from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher.evaluation.rates import equal_error, missed, promise, tradeoff

FEW_VALUES = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 2.5, 4.0, 12.0])
SCORES = st.lists(FEW_VALUES | st.floats(0, 12), min_size=1, max_size=40)


def _at(genuine: list[float], impostor: list[float], threshold: float) -> tuple[Fraction, Fraction]:
    taken = sum(score >= threshold for score in impostor)
    refused = sum(score < threshold for score in genuine)
    return Fraction(taken, len(impostor)), Fraction(refused, len(genuine))


def _thresholds(genuine: list[float], impostor: list[float]) -> list[float]:
    return [*genuine, *impostor, float("inf")]


@given(SCORES, SCORES)
def test_the_equal_error_rate_is_the_mean_where_both_are_nearest(
    genuine: list[float], impostor: list[float]
) -> None:
    rates = [_at(genuine, impostor, t) for t in _thresholds(genuine, impostor)]
    nearest = min(abs(fmr - fnmr) for fmr, fnmr in rates)
    means = [(fmr + fnmr) / 2 for fmr, fnmr in rates if abs(fmr - fnmr) == nearest]

    found = equal_error(np.array(genuine), np.array(impostor))

    assert found is not None
    assert any(found.rate == pytest.approx(float(mean)) for mean in means)
    fmr, fnmr = _at(genuine, impostor, found.threshold)
    assert found.taken == fmr * len(impostor)
    assert found.missed == fnmr * len(genuine)


@given(SCORES, SCORES, st.sampled_from([2, 3, 10, 100, None]))
def test_the_fewest_mates_are_missed_that_keep_the_rate_asked_for(
    genuine: list[float], impostor: list[float], one_in: int | None
) -> None:
    allowed = Fraction(1, one_in) if one_in else 0
    kept = [
        fnmr
        for fmr, fnmr in (_at(genuine, impostor, t) for t in _thresholds(genuine, impostor))
        if fmr <= allowed
    ]

    found = missed(np.array(genuine), np.array(impostor), one_in)

    assert found == min(kept) * len(genuine)


@given(SCORES, SCORES)
def test_the_trade_off_holds_every_threshold(genuine: list[float], impostor: list[float]) -> None:
    curve = tradeoff(np.array(genuine), np.array(impostor))

    for threshold, fmr, fnmr in zip(curve.threshold, curve.fmr, curve.fnmr, strict=True):
        assert (fmr, fnmr) == tuple(map(float, _at(genuine, impostor, threshold)))


def test_without_mates_or_strangers_there_is_no_rate() -> None:
    some, none = np.array([1.0, 2.0]), np.array([])

    assert equal_error(some, none) is None
    assert equal_error(none, some) is None
    assert missed(some, none, 100) is None


def test_a_promise_is_held_against_the_count() -> None:
    impostor = np.concatenate([np.zeros(9_985), np.full(15, 3.0)])

    held = promise(np.array([2.9, 3.0]), impostor, 3)

    assert (held.count, held.of, held.missed) == (15, 10_000, 1)
    assert (held.low, held.high) == (4, 17)  # of a Poisson count of mean 10, from its table
