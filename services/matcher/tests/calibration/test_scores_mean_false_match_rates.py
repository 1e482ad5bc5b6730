import numpy as np
import pytest
from matcher.calibration.score_calibration import person_score_threshold
from matcher.comparison.likelihood import LOWEST_RAW_SCORE
from matcher.synthetic import generate_master, generate_template, same_flow_impostor
from matcher.synthetic.simulated_map import generate_mapped_template
from matcher.training.calibration.non_mated_scores import crop

from ..models import calibration, comparator  # noqa: TID252

compare = comparator().compare
prepare = comparator().prepare
finger_score_sum = calibration().finger_score_sum
finger_scores = calibration().finger_scores
BOTH = pytest.mark.parametrize("by_map", [True, False], ids=["maps", "no map"])
person_score = calibration().person_score

IMPOSTORS = range(1000, 1200)


def test_the_curves_belong_to_the_comparison() -> None:
    assert calibration().comparison_version == comparator().version


@BOTH
@pytest.mark.parametrize("minutiae", [4, 6, 9, 12, 20, 30, 49])
def test_a_higher_raw_score_always_scores_more(minutiae: int, by_map: bool) -> None:
    scores = finger_scores(np.linspace(LOWEST_RAW_SCORE, 30, 2000), minutiae, 49, by_map)

    assert (np.diff(scores) > 0).all()
    assert scores[0] == 0
    assert scores[-1] > 8


@BOTH
@pytest.mark.parametrize("raw", [-2.0, 0.0, 3.0, 8.0])
def test_smaller_fingers_never_score_more(raw: float, by_map: bool) -> None:
    sizes = np.arange(4, 50)

    scores = finger_scores(raw, sizes, sizes, by_map)

    assert (np.diff(scores) >= -0.1).all()
    one, other, even = (finger_scores(raw, *each, by_map) for each in ((5, 20), (20, 5), (10, 10)))
    assert one == other == even


def test_each_pair_scores_by_the_curves_of_its_kind() -> None:
    without_map = calibration().without_map
    assert without_map is not None

    scores = finger_scores([2.0, 2.0], 20, 20, [True, False])

    assert scores[0] == finger_scores(2.0, 20, 20, True)
    assert scores[1] == without_map.finger_scores(2.0, 20, 20)
    assert scores[0] != scores[1]


@BOTH
@pytest.mark.parametrize("shown", [1.0, 0.6, 0.4, 0.25])
def test_non_mated_comparisons_exceed_a_score_no_more_often_than_it_says(
    shown: float, by_map: bool
) -> None:
    simulate = generate_mapped_template if by_map else generate_template
    rng = np.random.default_rng(0)
    flow = generate_master(IMPOSTORS.start)
    impressions = [
        simulate(same_flow_impostor(flow, seed), 0, capture_difficulty=0.8) for seed in IMPOSTORS
    ]
    fingers = [prepare(crop(found, shown, rng)) for found in impressions]
    sizes = np.array([len(finger) for finger in fingers])

    scores = np.concatenate(
        [
            finger_scores(compare(fingers[i], fingers[i + 1 :]), sizes[i], sizes[i + 1 :], by_map)
            for i in range(len(fingers) - 1)
        ]
    )

    assert (scores >= 1).sum() <= 0.11 * len(scores)
    assert (scores >= 2).sum() <= 0.013 * len(scores)
    assert (scores >= 3).sum() <= 0.002 * len(scores)


def test_a_person_of_one_finger_scores_no_more_than_the_finger() -> None:
    assert 4.0 < person_score([5.0]) <= 5.0


@pytest.mark.parametrize("fingers", range(1, 11))
def test_the_sum_of_fingers_is_calibrated_again(fingers: int) -> None:
    drawn = -np.log10(np.random.default_rng(fingers).random((50_000, fingers)))

    scores = np.array([person_score(row) for row in drawn])

    for score in (1, 2, 3):
        assert (scores >= score).mean() < 1.2 * 10.0**-score + 2e-4


@pytest.mark.parametrize("fingers", range(1, 11))
def test_finger_scores_of_the_needed_sum_reach_the_person_score(fingers: int) -> None:
    for asked in (0.5, 4.0, 9.0):
        scores = [finger_score_sum(asked, fingers) / fingers] * fingers

        assert person_score(scores) == pytest.approx(asked)


def test_more_agreeing_fingers_score_more() -> None:
    assert person_score([4, 4]) > person_score([4]) > person_score([4, 0]) > person_score([])


@pytest.mark.parametrize("people", [1, 2_000, 280_000_000])
def test_a_threshold_keeps_the_target_for_all_people_together(people: int) -> None:
    for target in (0.5, 0.01, 0.001):
        each = 10 ** -person_score_threshold(target, people)

        assert -np.expm1(people * np.log1p(-each)) == pytest.approx(target, rel=1e-6)


@pytest.mark.parametrize(("target", "people"), [(0, 10), (1, 10), (-1, 10), (0.1, -1)])
def test_impossible_targets_are_refused(target: float, people: int) -> None:
    with pytest.raises(ValueError, match="must"):
        person_score_threshold(target, people)
