import numpy as np
import pytest
from matcher.calibration import scores
from matcher.calibration.scores import finger_score, needed, person_score, threshold
from matcher.comparison import compare as comparison
from matcher.comparison.likelihood import LOWEST
from matcher.synthetic import generate_master, generate_template, same_flow_impostor
from matcher.training.calibration.non_mated_scores import crop

STRANGERS = range(1000, 1200)


def test_the_curves_belong_to_the_comparison() -> None:
    assert scores.COMPARISON == comparison.VERSION


@pytest.mark.parametrize("minutiae", [4, 6, 9, 12, 20, 30, 49])
def test_a_higher_raw_score_always_scores_more(minutiae: int) -> None:
    scores = finger_score(np.linspace(LOWEST, 30, 2000), minutiae, 49)

    assert (np.diff(scores) > 0).all()
    assert scores[0] == 0
    assert scores[-1] > 8


@pytest.mark.parametrize("raw", [-2.0, 0.0, 3.0, 8.0])
def test_smaller_fingers_never_score_more(raw: float) -> None:
    sizes = np.arange(4, 50)

    scores = finger_score(raw, sizes, sizes)

    assert (np.diff(scores) >= -0.1).all()
    assert finger_score(raw, 5, 20) == finger_score(raw, 20, 5) == finger_score(raw, 10, 10)


@pytest.mark.parametrize("shown", [1.0, 0.6, 0.4, 0.25])
def test_strangers_of_any_size_exceed_a_score_no_more_often_than_it_says(shown: float) -> None:
    rng = np.random.default_rng(0)
    flow = generate_master(STRANGERS.start)
    touches = [
        generate_template(same_flow_impostor(flow, seed), 0, capture_difficulty=0.8)
        for seed in STRANGERS
    ]
    fingers = [comparison.prepare(crop(found, shown, rng)) for found in touches]
    sizes = np.array([len(finger) for finger in fingers])

    scores = np.concatenate(
        [
            finger_score(comparison.compare(fingers[i], fingers[i + 1 :]), sizes[i], sizes[i + 1 :])
            for i in range(len(fingers) - 1)
        ]
    )

    assert (scores >= 1).sum() <= 0.11 * len(scores)
    assert (scores >= 2).sum() <= 0.013 * len(scores)
    assert (scores >= 3).sum() <= 0.002 * len(scores)


def test_one_finger_of_a_person_says_no_more_than_the_finger() -> None:
    assert 4.0 < person_score([5.0]) <= 5.0


@pytest.mark.parametrize("fingers", range(1, 11))
def test_the_sum_of_fingers_is_calibrated_again(fingers: int) -> None:
    drawn = -np.log10(np.random.default_rng(fingers).random((50_000, fingers)))

    scores = np.array([person_score(row) for row in drawn])

    for promised in (1, 2, 3):
        assert (scores >= promised).mean() < 1.2 * 10.0**-promised + 2e-4


@pytest.mark.parametrize("fingers", range(1, 11))
def test_what_a_threshold_needs_is_what_reaches_it(fingers: int) -> None:
    for asked in (0.5, 4.0, 9.0):
        scores = [needed(asked, fingers) / fingers] * fingers

        assert person_score(scores) == pytest.approx(asked)


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
