"""Slaps are cut into upright fingers in their order; a wrong hand or number of them is noticed."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from matcher.image.slap_segmentation import (
    LEFT_FOUR,
    RIGHT_FOUR,
    TWO_THUMBS,
    FingersNotFound,
    SegmentedFinger,
    WrongHand,
    segment,
)
from matcher.synthetic.slap import SlapFinger, render_slap

from ..slaps import pattern, right_hand  # noqa: TID252


def assert_found(found: Sequence[SegmentedFinger], truth: Sequence[SlapFinger]) -> None:
    for finger, true in zip(found, truth, strict=True):
        assert finger.position == true.position
        assert (finger.x, finger.y) == pytest.approx((true.x, true.y), abs=16)
        assert (finger.width, finger.height) == pytest.approx((true.width, true.height), abs=32)
        assert math.degrees(finger.angle) == pytest.approx(math.degrees(true.angle), abs=12)


@pytest.mark.parametrize("seed", [0, 3])
def test_a_right_hand(seed: int) -> None:
    slap = right_hand(seed=seed)

    assert_found(segment(slap.image, RIGHT_FOUR), slap.fingers)


def test_a_left_hand_with_a_finger_missing() -> None:
    slap = render_slap({10: pattern(5), 8: pattern(3), 7: pattern(2)}, 1)

    found = segment(slap.image, LEFT_FOUR, missing=[9])

    assert [finger.position for finger in found] == [10, 8, 7]
    assert_found(found, slap.fingers)


def test_thumbs() -> None:
    slap = render_slap({6: pattern(2), 1: pattern(3)}, 2)

    assert_found(segment(slap.image, TWO_THUMBS), slap.fingers)


def test_a_slap_scaled_and_inked_otherwise() -> None:
    slap = right_hand()
    pale = (150 + slap.image // 3).astype(np.uint8)

    assert_found(segment(pale, RIGHT_FOUR), slap.fingers)


def test_the_other_hand() -> None:
    with pytest.raises(WrongHand):
        segment(right_hand().image, LEFT_FOUR)


def test_a_mirrored_hand() -> None:
    with pytest.raises(WrongHand):
        segment(np.ascontiguousarray(right_hand().image[:, ::-1]), RIGHT_FOUR)


def test_another_number_of_fingers() -> None:
    with pytest.raises(FingersNotFound) as fewer:
        segment(right_hand().image, RIGHT_FOUR, missing=[5])
    with pytest.raises(FingersNotFound) as more:
        segment(right_hand((2, 3, 4)).image, RIGHT_FOUR)

    assert (fewer.value.expected, fewer.value.found) == (3, 4)
    assert (more.value.expected, more.value.found) == (4, 3)


@pytest.mark.parametrize("grey", [0, 255])
def test_no_finger(grey: int) -> None:
    with pytest.raises(FingersNotFound) as error:
        segment(np.full((1500, 1600), grey, np.uint8), RIGHT_FOUR)

    assert error.value.found == 0


@pytest.mark.parametrize("shape", [(64, 64), (64, 2000), (1500, 1600)])
def test_noise_raises_nothing_else(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape, np.uint8)

    try:
        fingers = segment(noise, TWO_THUMBS, missing=[1])
    except FingersNotFound:
        return
    assert len(fingers) == 1


def test_a_finger_is_alone_on_its_image() -> None:
    slap = right_hand()
    middle = segment(slap.image, RIGHT_FOUR)[1]

    corners = middle.image[[0, 0, -1, -1], [0, -1, 0, -1]]

    assert middle.image.shape == (round(middle.height) + 24, round(middle.width) + 24)
    assert np.ptp(corners) <= 1
    assert middle.image[middle.image.shape[0] // 2].std() > 30
