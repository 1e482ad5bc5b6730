"""A rendered slap shows the fingers asked for, in the order of the hand, the same for a seed."""

import numpy as np
from matcher.synthetic.slap import SLAP_HEIGHT, SLAP_WIDTH, render_slap

from ..slaps import pattern, right_hand  # noqa: TID252


def test_the_same_seed_gives_the_same_slap() -> None:
    again = render_slap({position: pattern(position) for position in (2, 3, 4, 5)}, 0)

    assert again.image.shape == (SLAP_HEIGHT, SLAP_WIDTH)
    assert np.array_equal(again.image, right_hand().image)
    assert again.fingers == right_hand().fingers


def test_fingers_stand_from_left_to_right_and_the_little_one_lowest() -> None:
    fingers = right_hand().fingers

    assert [finger.position for finger in fingers] == [2, 3, 4, 5]
    assert sorted(fingers, key=lambda finger: finger.x) == list(fingers)
    assert max(fingers, key=lambda finger: finger.y).position == 5


def test_ridges_are_where_the_fingers_are_said_to_be() -> None:
    slap = right_hand()

    for finger in slap.fingers:
        x, y = round(finger.x), round(finger.y)
        assert slap.image[y - 40 : y + 40, x - 40 : x + 40].std() > 30
    assert slap.image[:20].std() < 15
