import cv2
import numpy as np
import pytest
from harness.world.drawn_portrait import draw_face
from issuance.domain.portrait import PortraitRefused
from issuance.domain.portrait_exception import PortraitException
from issuance.portrait.face_detection import FaceDetector
from issuance.portrait.photo_check import PhotoCheck

from .test_photos_that_cannot_be_printed_are_refused import a_file, covered_eyes, moved

check = PhotoCheck(FaceDetector())
BLANK = np.full_like(draw_face(3), (200, 190, 180))


def _refused(photo: bytes, exception: PortraitException | None) -> list[str]:
    with pytest.raises(PortraitRefused) as refusal:
        check(photo, exception)
    return [defect.value for defect in refusal.value.defects]


def test_covered_eyes_for_a_reason_that_covers_them() -> None:
    photo = a_file(covered_eyes())

    accepted = check(photo, PortraitException.EYES)

    assert _refused(photo, None) == ["EYES_NOT_FOUND"]
    assert _refused(photo, PortraitException.SKIN) == ["EYES_NOT_FOUND"]
    assert (accepted.eye_distance, accepted.excepted) == (0, ["EYES_NOT_FOUND"])


def test_a_tilted_head_that_cannot_be_held_upright() -> None:
    photo = a_file(moved(turn=12))

    accepted = check(photo, PortraitException.POSTURE)

    assert _refused(photo, PortraitException.HEAD_COVERING) == ["TILTED"]
    assert accepted.excepted == ["TILTED"]
    assert accepted.eye_distance > 90


@pytest.mark.parametrize("exception", PortraitException)
def test_what_cannot_be_printed_is_never_excepted(exception: PortraitException) -> None:
    tiny = cv2.resize(BLANK, (280, 360)).astype(np.uint8)
    coarse = cv2.resize(covered_eyes(), (420, 540)).astype(np.uint8)
    grey = np.repeat(covered_eyes().mean(axis=2, keepdims=True), 3, 2).astype(np.uint8)

    assert _refused(b"no photo", exception) == ["UNREADABLE"]
    assert "SIZE" in _refused(a_file(tiny), exception)
    assert "ASPECT_RATIO" in _refused(a_file(BLANK[60:660]), exception)
    assert "EYE_DISTANCE" in _refused(a_file(coarse), exception)
    assert "NO_COLOUR" in _refused(a_file(grey), exception)
