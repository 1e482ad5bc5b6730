import numpy as np
from matcher.operator_calibration.finger_pairs import compare_pairs

from ..fingers import a_finger  # noqa: TID252
from ..models import comparator  # noqa: TID252


def test_each_two_images_once_but_not_one_name_in_two_sets() -> None:
    prepare = comparator().prepare
    images = [prepare(a_finger(seed, impression)) for seed, impression in
              [(1, 0), (1, 1), (2, 0), (1, 2)]]  # fmt: skip
    fingers = ["ink/1", "ink/1", "ink/2", "live/1"]

    pairs = compare_pairs(comparator(), images, fingers, ["1", "1", "2", "1"], workers=2)

    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (1, 2),
        (2, 3),
    ]
    assert pairs.mated.tolist() == [True, False, False, False]
    assert pairs.non_mated_scores().weight.tolist() == [1.0, 1.0, 1.0]
    assert pairs.raw[0] > max(pairs.raw[1:])
    assert np.allclose(pairs.size[0], np.sqrt(len(images[0]) * len(images[1])))
