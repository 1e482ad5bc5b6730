import numpy as np
import pytest
from matcher.evaluation.hard import foreground, halve
from matcher.synthetic import LIVE_SCAN, master, print_image, render_master
from numpy.typing import NDArray


@pytest.fixture(scope="module")
def print_() -> NDArray[np.uint8]:
    return print_image(render_master(master(7)), 1, hardness=LIVE_SCAN).image


def test_half_of_the_foreground_is_left(print_: NDArray[np.uint8]) -> None:
    whole = foreground(print_).sum()

    shares = [foreground(halve(print_, f"set/{i}_1")).sum() / whole for i in range(12)]

    assert 0.45 < np.mean(shares) < 0.65
    assert max(shares) < 0.75


def test_the_same_name_gives_the_same_half_and_another_name_another(
    print_: NDArray[np.uint8],
) -> None:
    first, again, other = (halve(print_, name) for name in ("s/1_1", "s/1_1", "s/1_2"))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("grey", [0, 255])
def test_an_empty_image_is_cut_too(grey: int) -> None:
    assert halve(np.full((300, 250), grey, np.uint8), "s/1_1").size
