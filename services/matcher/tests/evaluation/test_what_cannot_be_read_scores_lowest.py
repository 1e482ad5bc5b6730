from matcher.comparison.likelihood import LOWEST
from matcher.evaluation.comparing import compare_all
from matcher.synthetic import impress, master


def test_before_and_after_calibration() -> None:
    touches = [impress(master(seed), 0) for seed in (1, 2)]
    templates = [touches[0], None, touches[1]]

    found = compare_all(templates, templates, workers=1)

    assert (found.raw[1] == LOWEST).all()
    assert (found.scores[1] == 0).all()
    assert found.raw[0, 2] == found.raw[2, 0] > LOWEST
