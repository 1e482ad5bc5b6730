import numpy as np
import pytest
from matcher.comparison.compare import prepare
from matcher.comparison.prefilter import promise

from .fingers import a_finger, turned

PEOPLE = 200


@pytest.mark.parametrize("angle", [0.0, 1.0, np.pi])
def test_mates_are_among_the_first_hundredth(angle: float) -> None:
    gallery = [prepare(a_finger(seed)) for seed in range(PEOPLE)]

    ahead = [
        int((promise(prepare(turned(a_finger(seed, 1), angle)), gallery) > mate).sum())
        for seed in range(30)
        for mate in promise(prepare(turned(a_finger(seed, 1), angle)), [gallery[seed]])
    ]

    assert np.mean(np.array(ahead) < PEOPLE / 100) > 0.95


def test_a_batch_promises_what_its_members_do() -> None:
    gallery = [prepare(a_finger(seed)[: 5 * seed]) for seed in range(8)]
    probe = prepare(a_finger(3, 1))

    one_by_one = [promise(probe, [candidate])[0] for candidate in gallery]

    assert promise(probe, gallery).tolist() == one_by_one
    assert promise(probe, []).shape == (0,)


def test_empty_fingers_promise_nothing() -> None:
    finger = a_finger(1)
    empty = prepare(finger[:0])

    assert promise(prepare(finger), [empty, prepare(a_finger(1, 1))])[0] == 0
    assert promise(empty, [prepare(finger)])[0] == 0
