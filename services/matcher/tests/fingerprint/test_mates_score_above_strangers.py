import numpy as np
from matcher.fingerprint.compare import MOST, compare, pairs, prepare
from matcher.fingerprint.minutiae import Minutiae, minutiae
from matcher.synthetic import impression, master

from .fingers import a_finger

FINGERS = range(30)


def turned(found: Minutiae, angle: float) -> Minutiae:
    """Turn a finger counter-clockwise about its middle, on a larger sensor."""
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = (found.xy - found.xy.mean(0)).T
    rows = np.stack(
        [cos * x + sin * y + 500, cos * y - sin * x + 500, found.angle + angle,
         found.kind, found.quality],
        axis=1,
    )  # fmt: skip
    return minutiae(rows, width=1000, height=1000)


def scores() -> np.ndarray:
    gallery = [prepare(a_finger(seed, 0)) for seed in FINGERS]
    return np.stack([compare(prepare(a_finger(seed, 1)), gallery) for seed in FINGERS])


def test_every_finger_is_nearest_to_its_mate() -> None:
    assert (scores().argmax(1) == FINGERS).all()


def test_a_batch_scores_as_its_members_do() -> None:
    gallery = [prepare(a_finger(seed)) for seed in range(5)]
    probe = prepare(a_finger(0, 1))

    one_by_one = [compare(probe, [candidate])[0] for candidate in gallery]

    assert compare(probe, gallery).tolist() == one_by_one
    assert compare(probe, []).shape == (0,)


def test_the_order_of_the_two_does_not_matter() -> None:
    one, other = prepare(a_finger(3, 0)), prepare(a_finger(3, 1))

    assert np.isclose(compare(one, [other]), compare(other, [one]), rtol=0.1)


def test_a_finger_turned_upside_down_is_still_recognised() -> None:
    upside_down = prepare(turned(a_finger(7, 1), np.pi))
    gallery = [prepare(a_finger(seed)) for seed in FINGERS]

    assert compare(upside_down, gallery).argmax() == 7


def test_pairs_are_the_same_minutiae_of_the_finger() -> None:
    one, other = (impression(master(11), touch, hardness=0.2) for touch in (0, 1))

    joined = pairs(prepare(one.minutiae), prepare(other.minutiae))

    right = one.origin[joined[:, 0]] == other.origin[joined[:, 1]]
    assert right.mean() > 0.8
    assert len(np.unique(joined[:, 0])) == len(np.unique(joined[:, 1])) == len(joined)


def test_nothing_is_joined_to_a_finger_without_minutiae() -> None:
    finger = a_finger(1)

    assert pairs(prepare(finger[:0]), prepare(finger)).shape == (0, 2)


def test_a_finger_takes_two_kilobytes_at_most() -> None:
    large = max((prepare(a_finger(seed, hardness=0.1)) for seed in FINGERS), key=len)

    assert len(large) == MOST
    assert large.place.nbytes + large.bits.nbytes + large.index.nbytes <= 2048
