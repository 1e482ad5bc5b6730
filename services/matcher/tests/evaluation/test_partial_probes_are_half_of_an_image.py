import numpy as np
import pytest
from matcher.evaluation.partial_probes import crop_and_rotate, foreground
from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from numpy.typing import NDArray


@pytest.fixture(scope="module")
def image() -> NDArray[np.uint8]:
    return render_impression(
        generate_ridge_pattern(generate_master(7)), 1, capture_difficulty=LIVE_SCAN
    ).image


def test_half_of_the_foreground_is_left(image: NDArray[np.uint8]) -> None:
    whole = foreground(image).sum()

    shares = [foreground(crop_and_rotate(image, f"set/{i}_1")).sum() / whole for i in range(12)]

    assert 0.45 < np.mean(shares) < 0.65
    assert max(shares) < 0.75


def test_the_same_name_gives_the_same_half_and_another_name_another(
    image: NDArray[np.uint8],
) -> None:
    first, again, other = (crop_and_rotate(image, name) for name in ("s/1_1", "s/1_1", "s/1_2"))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("grey", [0, 255])
def test_an_empty_image_is_cut_too(grey: int) -> None:
    assert crop_and_rotate(np.full((300, 250), grey, np.uint8), "s/1_1").size
