import numpy as np
from matcher.evaluation.rates import equal_error
from matcher.evaluation.trial import Trial, shuffled
from numpy.typing import NDArray

SETS = np.repeat(["DB1", "DB2", "DB3", "DB4"], 80)
FINGERS = np.array([f"{name}/{i // 8 % 10}" for i, name in enumerate(SETS)])


def _trial(fingers: NDArray[np.str_] = FINGERS) -> Trial:
    """Mates score 1, strangers 0."""
    return Trial((FINGERS[:, None] == FINGERS[None, :]).astype(np.float64), SETS, fingers)


def test_a_set_has_280_pairs_of_mates_and_2880_of_strangers() -> None:
    within = _trial().within("DB3")

    assert (within.genuine.size, within.impostor.size) == (280, 2880)
    assert within.genuine.all()
    assert not within.impostor.any()


def test_the_competition_compares_45_pairs_of_strangers() -> None:
    competition = _trial().of_competition("DB3")

    assert (competition.genuine.size, competition.impostor.size) == (280, 45)


def test_those_of_the_competition_are_the_first_impressions() -> None:
    marked = np.zeros((320, 320))
    marked[np.ix_(np.arange(0, 320, 8), np.arange(0, 320, 8))] = 1.0

    assert Trial(marked, SETS, FINGERS).of_competition("DB2").impostor.all()


def test_pooled_there_are_1120_and_49920() -> None:
    pooled = _trial().pooled()

    assert (pooled.genuine.size, pooled.impostor.size) == (1120, 49920)


def test_the_earlier_of_two_images_is_the_probe() -> None:
    scores = np.triu(np.ones((320, 320)), 1)

    pooled = Trial(scores, SETS, FINGERS).pooled()

    assert pooled.genuine.all()
    assert pooled.impostor.all()


def test_labels_dealt_out_anew_keep_the_counts_and_bring_the_error_to_a_half() -> None:
    dealt = shuffled(FINGERS, SETS)

    control = _trial(dealt)

    pooled, within = control.pooled(), control.within("DB1")
    assert (within.genuine.size, within.impostor.size) == (280, 2880)
    found = equal_error(pooled.genuine, pooled.impostor)
    assert found is not None
    assert 0.4 < found.rate < 0.6
