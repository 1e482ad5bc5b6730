import numpy as np
import pytest
from matcher.comparison.prefilter import prefilter_scores

from ..fingers import a_finger, turned  # noqa: TID252
from ..models import comparator  # noqa: TID252

prepare = comparator().prepare

PEOPLE = 200


@pytest.mark.parametrize("angle", [0.0, 1.0, np.pi])
def test_mated_references_are_among_the_first_hundredth(angle: float) -> None:
    references = [prepare(a_finger(seed)) for seed in range(PEOPLE)]

    ahead = [
        int((prefilter_scores(prepare(turned(a_finger(seed, 1), angle)), references) > mated).sum())
        for seed in range(30)
        for mated in prefilter_scores(prepare(turned(a_finger(seed, 1), angle)), [references[seed]])
    ]

    assert np.mean(np.array(ahead) < PEOPLE / 100) > 0.95


def test_a_batch_scores_as_its_members_do() -> None:
    references = [prepare(a_finger(seed)[: 5 * seed]) for seed in range(8)]
    probe = prepare(a_finger(3, 1))

    one_by_one = [prefilter_scores(probe, [candidate])[0] for candidate in references]

    assert prefilter_scores(probe, references).tolist() == one_by_one
    assert prefilter_scores(probe, []).shape == (0,)


def test_empty_fingers_score_nothing() -> None:
    finger = a_finger(1)
    empty = prepare(finger[:0])

    assert prefilter_scores(prepare(finger), [empty, prepare(a_finger(1, 1))])[0] == 0
    assert prefilter_scores(empty, [prepare(finger)])[0] == 0
