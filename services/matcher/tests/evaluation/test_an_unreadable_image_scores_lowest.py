from matcher.comparison.likelihood import LOWEST_RAW_SCORE
from matcher.evaluation.comparison_scores import compare_all
from matcher.synthetic import generate_master, generate_template

from ..models import models  # noqa: TID252


def test_before_and_after_calibration() -> None:
    impressions = [generate_template(generate_master(seed), 0) for seed in (1, 2)]
    templates = [impressions[0], None, impressions[1]]

    found = compare_all(models(), templates, templates, workers=1)

    assert (found.raw[1] == LOWEST_RAW_SCORE).all()
    assert (found.scores[1] == 0).all()
    assert found.raw[0, 2] == found.raw[2, 0] > LOWEST_RAW_SCORE
