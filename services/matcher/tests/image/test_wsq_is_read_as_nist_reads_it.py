"""The files under prints/ were written by NIST's encoder, the PNG next to them by its decoder."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.image.decode import decode
from matcher.image.unreadable_image import ImageFault, UnreadableImage
from PIL import Image

PRINTS = Path(__file__).parents[1] / "prints"
WHOLE = (PRINTS / "impression_0.wsq").read_bytes()
TRANSFORM, FRAME, BLOCK, CODES = (
    WHOLE.index(bytes([0xFF, code])) for code in (0xA4, 0xA2, 0xA3, 0xA6)
)


@pytest.mark.parametrize("name", ["crop_133x97", "crop_64x65", "crop_95x130"])
def test_every_pixel_but_for_rounding(name: str) -> None:
    ours = decode((PRINTS / f"{name}.wsq").read_bytes(), 500).astype(int)

    with Image.open(PRINTS / f"{name}.png") as theirs:
        apart = np.abs(ours - np.asarray(theirs, int))
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.001


def test_other_resolutions_change_the_size() -> None:
    assert decode(WHOLE, 1000).shape == (200, 180)


def fault_of(data: bytes) -> ImageFault:
    with pytest.raises(UnreadableImage) as refused:
        decode(data, 500)
    return refused.value.fault


def changed(at: int, value: bytes) -> bytes:
    return WHOLE[:at] + value + WHOLE[at + len(value) :]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (changed(FRAME + 6, b"\xff\xff\xff\xff"), ImageFault.TOO_LARGE),
        (changed(FRAME + 6, b"\0\0\0\0"), ImageFault.TOO_SMALL),
        (changed(FRAME + 6, b"\x01\x91"), ImageFault.UNREADABLE),
        (changed(TRANSFORM + 4, b"\0\0"), ImageFault.UNSUPPORTED),
        (changed(TRANSFORM + 7, b"\0\xff\xff\xff\xff"), ImageFault.UNREADABLE),
        (changed(CODES + 4, b"\xff"), ImageFault.UNREADABLE),
        (changed(CODES + 5, b"\xff" * 16), ImageFault.UNREADABLE),
        (changed(BLOCK + 4, b"\x09"), ImageFault.UNREADABLE),
        (WHOLE[:2] + b"\xff\xa8\0\x01" + WHOLE[2:], ImageFault.UNREADABLE),
        (WHOLE[:2] + b"\xff\xa8\0\x02" * 1000 + WHOLE[2:], ImageFault.UNREADABLE),
        (WHOLE[: len(WHOLE) // 2], ImageFault.UNREADABLE),
        (WHOLE[:TRANSFORM] + WHOLE[-2:], ImageFault.TOO_SMALL),
        (WHOLE[:3], ImageFault.UNREADABLE),
    ],
    ids=[
        "a size beyond all",
        "no size",
        "another size",
        "filters of no length",
        "filters of any strength",
        "a table under another number",
        "more codes than there are",
        "a block of no table",
        "a comment shorter than its length",
        "a thousand comments",
        "half a file",
        "nothing in it",
        "three bytes",
    ],
)
def test_hostile_files_are_refused(data: bytes, fault: ImageFault) -> None:
    assert fault_of(data) is fault


@given(st.lists(st.tuples(st.integers(0, 700), st.binary(min_size=1, max_size=4)), max_size=4))
@settings(deadline=None)
def test_damaged_files_raise_nothing_but_bad_image(wrong: list[tuple[int, bytes]]) -> None:
    data = WHOLE
    for at, junk in wrong:
        data = data[:at] + junk + data[at + len(junk) :]

    try:
        image = decode(data, 500)
    except UnreadableImage:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 2
