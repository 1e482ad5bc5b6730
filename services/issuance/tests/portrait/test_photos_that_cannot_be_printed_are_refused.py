"""Every defect that is found in a photo is named, so that it is mended while the person waits."""

import io
from typing import cast

import cv2
import numpy as np
import pytest
from harness.world.drawn_portrait import HEIGHT, WIDTH, Picture, draw_face, portrait_photo
from issuance.domain.portrait import PortraitRefused
from issuance.domain.portrait_defects import PortraitDefect
from issuance.portrait.face_detection import Face, FaceDetector
from issuance.portrait.photo_check import PhotoCheck
from PIL import Image

check = PhotoCheck(FaceDetector())
FACE = draw_face(3)


def a_file(picture: Picture, format: str = "JPEG") -> bytes:
    target = io.BytesIO()
    Image.fromarray(picture).save(target, format)
    return target.getvalue()


def brightness(factor: float, offset: float = 0) -> Picture:
    picture: Picture = np.clip(FACE * factor + offset, 0, 255).astype(np.uint8)
    return picture


def moved(scale: float = 1.0, turn: float = 0.0, right: float = 0, down: float = 0) -> Picture:
    """Return the face as a camera farther away, turned or aimed elsewhere would see it."""
    motion = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT * 0.46), turn, scale)
    motion[:, 2] += np.array([right, down])
    seen = cv2.warpAffine(FACE, motion, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return seen.astype(np.uint8)


def two_people() -> Picture:
    one, other = draw_face(3)[60:680, 40:520], draw_face(4)[60:680, 40:520]
    pair = np.full_like(FACE, 230)
    pair[180:542, :280] = cv2.resize(one, (280, 362))
    pair[180:542, 280:] = cv2.resize(other, (280, 362))
    return pair


def covered_eyes() -> Picture:
    picture = FACE.copy()
    cv2.rectangle(picture, (180, 300), (380, 350), (20, 20, 20), -1)
    return picture


DEFECTS = {
    "a blank wall": (np.full_like(FACE, (200, 190, 180)), {"NO_FACE"}),
    "in grey": (np.repeat(FACE.mean(axis=2, keepdims=True), 3, 2).astype(np.uint8), {"NO_COLOUR"}),
    "not cut": (FACE[60:660], {"ASPECT_RATIO"}),
    "tiny": (cv2.resize(FACE, (280, 360)).astype(np.uint8), {"SIZE"}),
    "too far away": (moved(scale=0.7), {"HEAD_TOO_SMALL"}),
    "too near": (moved(scale=1.5), {"HEAD_TOO_LARGE"}),
    "tilted": (moved(turn=12), {"TILTED"}),
    "at the edge": (moved(right=60), {"OFF_CENTRE"}),
    "too low": (moved(down=110), {"OFF_CENTRE"}),
    "in the dark": (brightness(0.3), {"TOO_DARK", "LOW_CONTRAST", "BLURRED"}),
    "in the sun": (brightness(1.6, 40), {"TOO_BRIGHT"}),
    "behind a veil": (brightness(0.25, 120), {"LOW_CONTRAST", "BLURRED"}),
    "out of focus": (cv2.GaussianBlur(FACE, (0, 0), 3).astype(np.uint8), {"BLURRED"}),
    "two people": (two_people(), {"SEVERAL_FACES"}),
    "eyes covered": (covered_eyes(), {"EYES_NOT_FOUND"}),
    "far and tilted": (moved(scale=0.7, turn=12), {"HEAD_TOO_SMALL", "TILTED"}),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_every_defect_is_named(name: str) -> None:
    picture, defects = DEFECTS[name]

    with pytest.raises(PortraitRefused) as refusal:
        check(a_file(picture))

    assert set(refusal.value.defects) == defects


@pytest.mark.parametrize(
    "data",
    [b"not a picture", portrait_photo(3)[:2000], a_file(FACE, "PNG"),
     a_file(np.zeros((10, 9000, 3), np.uint8))],
)  # fmt: skip
def test_what_is_not_a_photo_is_refused(data: bytes) -> None:
    with pytest.raises(PortraitRefused) as refusal:
        check(data)

    assert refusal.value.defects == [PortraitDefect.UNREADABLE]


def test_no_face_is_looked_for_in_a_picture_of_a_wrong_shape() -> None:
    def detect_faces(picture: Picture) -> list[Face]:
        raise AssertionError("a search through a tall picture takes seconds and gigabytes")

    with pytest.raises(PortraitRefused) as refusal:
        PhotoCheck(cast(FaceDetector, detect_faces))(
            a_file(np.full((3000, 12, 3), (200, 150, 100), np.uint8))
        )

    assert refusal.value.defects == ["SIZE", "ASPECT_RATIO"]


@pytest.mark.parametrize(
    ("offset", "value"), [(29, 0), (29, 13), (31, 1)], ids=["struct", "attribute", "type"]
)
def test_a_photo_with_damaged_exif_is_unreadable(offset: int, value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x011A] = 72.5  # horizontal resolution, whose type or count is damaged
    damaged = bytearray(exif.tobytes())
    damaged[offset] = value
    target = io.BytesIO()
    Image.fromarray(FACE).save(target, "JPEG", exif=bytes(damaged))

    with pytest.raises(PortraitRefused) as refusal:
        check(target.getvalue())

    assert refusal.value.defects == [PortraitDefect.UNREADABLE]


@pytest.mark.parametrize("seed", range(12))
def test_different_faces_are_accepted(seed: int) -> None:
    accepted = check(portrait_photo(seed))

    assert 128 <= accepted.eye_distance <= 152
    assert accepted.recommendations == []


def test_a_jpeg_2000_photo_is_printed_as_a_jpeg_without_metadata() -> None:
    accepted = check(a_file(cv2.resize(FACE, (1120, 1440)).astype(np.uint8), "JPEG2000"))

    with Image.open(io.BytesIO(accepted.portrait)) as portrait:
        assert (portrait.format, portrait.size, portrait.mode) == ("JPEG", (560, 720), "RGB")
        assert not portrait.getexif()


def test_eyes_that_could_be_farther_apart_are_accepted_with_advice() -> None:
    accepted = check(a_file(cv2.resize(FACE, (420, 540)).astype(np.uint8)))

    assert accepted.eye_distance < 120
    assert accepted.recommendations == [PortraitDefect.EYE_DISTANCE]


def test_a_photo_is_turned_as_its_camera_was_held() -> None:
    lying = Image.fromarray(np.rot90(FACE))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees clockwise
    target = io.BytesIO()
    lying.save(target, "JPEG", exif=exif)

    accepted = check(target.getvalue())

    with Image.open(io.BytesIO(accepted.portrait)) as portrait:
        assert portrait.size == (560, 720)
