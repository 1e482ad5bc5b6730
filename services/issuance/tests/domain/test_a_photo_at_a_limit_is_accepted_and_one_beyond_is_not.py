"""The limits of ICAO Doc 9303-3 and ISO/IEC 19794-5, with a tolerance of 3 % for measured heads."""

from dataclasses import replace
from typing import Any

import pytest
from issuance.domain.portrait_defects import (
    FaceMeasurements,
    PictureMeasurements,
    face_defects,
    picture_defects,
    recommendations,
)

PICTURE = PictureMeasurements(width=413, height=531, chroma=30.0, brightest=200.0)
FACE = FaceMeasurements(
    eye_distance=120.0,
    relative_eye_distance=0.25,
    centre_x=0.5,
    centre_y=0.4,
    tilt=0.0,
    contrast=150.0,
    overexposed=0.0,
    sharpness=100.0,
)


@pytest.mark.parametrize(
    ("limit", "beyond", "defect"),
    [
        ({"width": 320, "height": 411}, {"width": 319, "height": 410}, "SIZE"),
        ({"width": 2400, "height": 3086}, {"width": 2401, "height": 3087}, "SIZE"),
        ({"width": 420, "height": 530}, {"width": 422, "height": 530}, "ASPECT_RATIO"),
        ({"width": 405, "height": 531}, {"width": 404, "height": 531}, "ASPECT_RATIO"),
        ({"chroma": 4.0}, {"chroma": 3.9}, "NO_COLOUR"),
        ({"brightest": 140.0}, {"brightest": 139.0}, "TOO_DARK"),
    ],
)
def test_of_the_picture(limit: dict[str, Any], beyond: dict[str, Any], defect: str) -> None:
    assert list(picture_defects(replace(PICTURE, **limit))) == []
    assert list(picture_defects(replace(PICTURE, **beyond))) == [defect]


@pytest.mark.parametrize(
    ("measure", "limit", "beyond", "defect"),
    [
        ("eye_distance", 90.0, 89.9, "EYE_DISTANCE"),
        ("relative_eye_distance", 0.2121875, 0.2121, "HEAD_TOO_SMALL"),
        ("relative_eye_distance", 0.33796875, 0.3380, "HEAD_TOO_LARGE"),
        ("centre_x", 0.45, 0.44, "OFF_CENTRE"),
        ("centre_x", 0.55, 0.56, "OFF_CENTRE"),
        ("centre_y", 0.3, 0.29, "OFF_CENTRE"),
        ("centre_y", 0.5, 0.51, "OFF_CENTRE"),
        ("tilt", 8.0, 8.1, "TILTED"),
        ("tilt", -8.0, -8.1, "TILTED"),
        ("contrast", 80.0, 79.0, "LOW_CONTRAST"),
        ("overexposed", 0.05, 0.051, "TOO_BRIGHT"),
        ("sharpness", 25.0, 24.0, "BLURRED"),
    ],
)
def test_of_the_face(measure: str, limit: float, beyond: float, defect: str) -> None:
    at_the_limit: dict[str, Any] = {measure: limit}
    beyond_it: dict[str, Any] = {measure: beyond}

    assert list(face_defects(replace(FACE, **at_the_limit))) == []
    assert list(face_defects(replace(FACE, **beyond_it))) == [defect]


def test_eyes_that_are_close_enough_to_print_could_be_farther_apart() -> None:
    assert list(recommendations(FACE)) == []
    assert list(recommendations(replace(FACE, eye_distance=119.9))) == ["EYE_DISTANCE"]
