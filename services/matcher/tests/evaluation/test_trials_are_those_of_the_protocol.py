import numpy as np
from matcher.evaluation.comparison_trials import ComparisonTrials, shuffle_labels
from matcher.evaluation.error_rates import equal_error_rate
from numpy.typing import NDArray

SETS = np.repeat(["DB1", "DB2", "DB3", "DB4"], 80)
FINGERS = np.array([f"{name}/{i // 8 % 10}" for i, name in enumerate(SETS)])


def _trials(fingers: NDArray[np.str_] = FINGERS) -> ComparisonTrials:
    """Return trials in which mated pairs score 1 and non-mated 0."""
    return ComparisonTrials(
        (FINGERS[:, None] == FINGERS[None, :]).astype(np.float64), SETS, fingers
    )


def test_a_set_has_280_mated_and_2880_non_mated_pairs() -> None:
    within = _trials().within_set("DB3")

    assert (within.mated.size, within.non_mated.size) == (280, 2880)
    assert within.mated.all()
    assert not within.non_mated.any()


def test_the_fvc_protocol_has_45_impostor_pairs() -> None:
    fvc = _trials().fvc_protocol("DB3")

    assert (fvc.mated.size, fvc.non_mated.size) == (280, 45)


def test_the_impostor_pairs_of_the_fvc_protocol_are_first_impressions() -> None:
    marked = np.zeros((320, 320))
    marked[np.ix_(np.arange(0, 320, 8), np.arange(0, 320, 8))] = 1.0

    assert ComparisonTrials(marked, SETS, FINGERS).fvc_protocol("DB2").non_mated.all()


def test_pooled_there_are_1120_and_49920() -> None:
    pooled = _trials().pooled()

    assert (pooled.mated.size, pooled.non_mated.size) == (1120, 49920)


def test_the_earlier_of_two_images_is_the_probe() -> None:
    scores = np.triu(np.ones((320, 320)), 1)

    pooled = ComparisonTrials(scores, SETS, FINGERS).pooled()

    assert pooled.mated.all()
    assert pooled.non_mated.all()


def test_shuffled_labels_keep_the_counts_and_bring_the_error_rate_to_a_half() -> None:
    shuffled = shuffle_labels(FINGERS, SETS)

    control = _trials(shuffled)

    pooled, within = control.pooled(), control.within_set("DB1")
    assert (within.mated.size, within.non_mated.size) == (280, 2880)
    found = equal_error_rate(pooled.mated, pooled.non_mated)
    assert found is not None
    assert 0.4 < found.rate < 0.6
