import numpy as np
from matcher.comparison.comparator import MAX_COMPARED_MINUTIAE, paired_minutiae
from matcher.synthetic import generate_impression, generate_master

from ..models import comparator  # noqa: TID252
from .fingers import a_finger, turned

FINGERS = range(30)


def scores() -> np.ndarray:
    gallery = [comparator().prepare(a_finger(seed, 0)) for seed in FINGERS]
    return np.stack(
        [comparator().compare(comparator().prepare(a_finger(seed, 1)), gallery) for seed in FINGERS]
    )


def test_every_finger_is_nearest_to_its_mate() -> None:
    assert (scores().argmax(1) == FINGERS).all()


def test_a_batch_scores_as_its_members_do() -> None:
    gallery = [comparator().prepare(a_finger(seed)) for seed in range(5)]
    probe = comparator().prepare(a_finger(0, 1))

    one_by_one = [comparator().compare(probe, [candidate])[0] for candidate in gallery]

    assert comparator().compare(probe, gallery).tolist() == one_by_one
    assert comparator().compare(probe, []).shape == (0,)


def test_the_order_of_mates_hardly_matters() -> None:
    pairs_of_mates = [
        [comparator().prepare(a_finger(seed, touch)) for touch in (0, 1)] for seed in FINGERS
    ]

    apart = [
        comparator().compare(one, [two])[0] - comparator().compare(two, [one])[0]
        for one, two in pairs_of_mates
    ]

    assert np.median(np.abs(apart)) < 0.1
    assert np.max(np.abs(apart)) < 2


def test_a_finger_turned_upside_down_is_still_recognised() -> None:
    upside_down = comparator().prepare(turned(a_finger(7, 1), np.pi))
    gallery = [comparator().prepare(a_finger(seed)) for seed in FINGERS]

    assert comparator().compare(upside_down, gallery).argmax() == 7


def test_pairs_are_the_same_minutiae_of_the_finger() -> None:
    one, other = (
        generate_impression(generate_master(11), touch, capture_difficulty=0.2) for touch in (0, 1)
    )

    joined = paired_minutiae(
        comparator().prepare(one.minutiae), comparator().prepare(other.minutiae)
    )

    right = one.master_index[joined[:, 0]] == other.master_index[joined[:, 1]]
    assert right.mean() > 0.8
    assert len(np.unique(joined[:, 0])) == len(np.unique(joined[:, 1])) == len(joined)


def test_nothing_is_joined_to_a_finger_without_minutiae() -> None:
    finger = a_finger(1)

    assert paired_minutiae(
        comparator().prepare(finger[:0]), comparator().prepare(finger)
    ).shape == (0, 2)


def test_a_finger_takes_two_kilobytes_at_most() -> None:
    large = max(
        (comparator().prepare(a_finger(seed, capture_difficulty=0.1)) for seed in FINGERS), key=len
    )

    assert len(large) == MAX_COMPARED_MINUTIAE
    assert large.geometry.nbytes + large.descriptors.nbytes + large.minutia_index.nbytes <= 2048
