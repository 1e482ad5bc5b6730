"""Whatever photo is accepted, the portrait made of it obeys the printer's limits."""

import io

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from issuance.portrait.photo import printed_portrait
from PIL import Image


@settings(max_examples=30, deadline=None)
@given(width=st.integers(320, 2400), stretched=st.floats(0.981, 1.019))
@example(width=561, stretched=561 / 736 / (35 / 45))
@example(width=330, stretched=1.019)
def test_its_shape_is_35_to_45(width: int, stretched: float) -> None:
    height = round(width / stretched * 45 / 35)

    portrait = printed_portrait(np.full((height, width, 3), 128, np.uint8))

    with Image.open(io.BytesIO(portrait)) as image:
        assert 320 <= image.width <= 560
        assert image.height == round(image.width * 45 / 35)
        assert abs(image.width / image.height / (35 / 45) - 1) <= 0.02


def test_its_file_has_at_most_256_kib() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (720, 560, 3), dtype=np.uint8)

    assert len(printed_portrait(noise)) <= 262144
