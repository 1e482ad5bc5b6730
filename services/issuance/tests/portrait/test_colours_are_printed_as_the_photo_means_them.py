"""A camera says by an ICC profile what its numbers mean; printers and chips expect sRGB."""

import io

import numpy as np
import pytest
from issuance.portrait.photo import read_photo
from PIL import Image, ImageCms

RED, GREEN = (255, 0, 0), (0, 255, 0)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# A camera whose first number is green and whose second one is red.
SWAPPED = SRGB.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")


def _a_file(profile: bytes, format: str = "JPEG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 64), RED).save(target, format, icc_profile=profile)
    return target.getvalue()


@pytest.mark.parametrize(
    ("profile", "colour"),
    [(b"", RED), (SRGB, RED), (SWAPPED, GREEN), (b"no profile", RED), (SWAPPED[:200], RED)],
    ids=["none", "sRGB", "another", "damaged", "cut"],
)
def test_by_its_profile_if_it_has_one(profile: bytes, colour: tuple[int, int, int]) -> None:
    photo = read_photo(_a_file(profile))

    assert np.abs(photo.astype(int) - colour).max() <= 8


def test_a_grey_photo_with_a_profile_of_colours_is_read_nevertheless() -> None:
    target = io.BytesIO()
    Image.new("L", (64, 64), 128).save(target, "JPEG", icc_profile=SWAPPED)

    photo = read_photo(target.getvalue())

    assert photo.shape == (64, 64, 3)
    assert np.abs(photo.astype(int) - 128).max() <= 8
