import numpy as np
import pytest
from matcher.fingerprint import calibrate
from matcher.fingerprint import compare as comparison
from matcher.fingerprint.calibrate import finger_score, person_score, threshold

from .fingers import a_finger

STRANGERS = range(1000, 1200)


def test_the_curves_belong_to_the_comparison() -> None:
    assert calibrate.COMPARISON == comparison.VERSION


@pytest.mark.parametrize("minutiae", [4, 12, 20, 30, 45, 80])
def test_a_higher_raw_score_never_scores_less(minutiae: int) -> None:
    scores = finger_score(np.linspace(0, 1, 2000), minutiae, 80)

    assert (np.diff(scores) >= 0).all()
    assert scores[0] == 0
    assert scores[-1] > 6


def test_strangers_exceed_a_score_no_more_often_than_it_says() -> None:
    fingers = [comparison.prepare(a_finger(seed, 0, 1.0)) for seed in STRANGERS]
    sizes = np.array([len(finger) for finger in fingers])

    scores = np.concatenate(
        [
            finger_score(comparison.compare(fingers[i], fingers[i + 1 :]), sizes[i], sizes[i + 1 :])
            for i in range(len(fingers) - 1)
        ]
    )

    assert (scores >= 2).sum() <= 0.012 * len(scores)
    assert (scores >= 3).sum() <= 0.002 * len(scores)


def test_one_finger_of_a_person_says_no_more_than_the_finger() -> None:
    assert 4.0 < person_score([5.0]) <= 5.0


@pytest.mark.parametrize("fingers", range(1, 11))
def test_the_sum_of_fingers_is_calibrated_again(fingers: int) -> None:
    drawn = -np.log10(np.random.default_rng(fingers).random((50_000, fingers)))

    scores = np.array([person_score(row) for row in drawn])

    for promised in (1, 2, 3):
        assert (scores >= promised).mean() < 1.2 * 10.0**-promised + 2e-4


def test_more_agreeing_fingers_say_more() -> None:
    assert person_score([4, 4]) > person_score([4]) > person_score([4, 0]) > person_score([])


@pytest.mark.parametrize("people", [1, 2_000, 280_000_000])
def test_a_threshold_keeps_its_promise_for_all_people_together(people: int) -> None:
    for target in (0.5, 0.01, 0.001):
        each = 10 ** -threshold(target, people)

        assert -np.expm1(people * np.log1p(-each)) == pytest.approx(target, rel=1e-6)


@pytest.mark.parametrize(("target", "people"), [(0, 10), (1, 10), (-1, 10), (0.1, -1)])
def test_impossible_targets_are_refused(target: float, people: int) -> None:
    with pytest.raises(ValueError, match="must"):
        threshold(target, people)
