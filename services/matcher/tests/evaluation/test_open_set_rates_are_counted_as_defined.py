import numpy as np
import pytest
from matcher.evaluation.open_set_rates import OpenSetScores

NOBODY = -np.inf


def scores(mated: list[float], best_non_mated: list[float]) -> OpenSetScores:
    return OpenSetScores(np.array(mated), np.array(best_non_mated))


def test_one_false_positive_in_a_hundred_is_allowed_at_fpir_1_in_100() -> None:
    searched = scores([NOBODY, 2.0, 3.0, 4.0, 9.0], [8.0, 3.0, *[1.0] * 98])

    assert searched.misses_at_observed_fpir(100) == 3


def test_fewer_searches_than_that_show_nothing() -> None:
    searched = scores([9.0], [1.0] * 999)

    assert searched.misses_at_observed_fpir(1_000) is None
    assert searched.misses_at_observed_fpir(100) == 0


@pytest.mark.parametrize(("threshold", "missed", "taken"), [(3.0, 1, 2), (3.1, 2, 1)])
def test_a_score_at_the_threshold_is_a_hit(threshold: float, missed: int, taken: int) -> None:
    searched = scores([NOBODY, 3.0, 9.0], [3.0, 5.0, NOBODY])

    assert searched.misses_at(threshold) == missed
    assert searched.false_positives_at(threshold) == taken
