from matcher.comparison.likelihood import LOWEST_RAW_SCORE
from matcher.evaluation.comparing import compare_all
from matcher.synthetic import impress, master

from ..models import models  # noqa: TID252


def test_before_and_after_calibration() -> None:
    touches = [impress(master(seed), 0) for seed in (1, 2)]
    templates = [touches[0], None, touches[1]]

    found = compare_all(models(), templates, templates, workers=1)

    assert (found.raw[1] == LOWEST_RAW_SCORE).all()
    assert (found.scores[1] == 0).all()
    assert found.raw[0, 2] == found.raw[2, 0] > LOWEST_RAW_SCORE
