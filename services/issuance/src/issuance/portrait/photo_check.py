"""Can a photo be printed as the portrait in a passport?"""

import cv2
import numpy as np

from issuance.domain.portrait import AcceptedPhoto, PortraitRefused
from issuance.domain.portrait_defects import (
    LEAST_EYE_DISTANCE,
    LEAST_WIDTH_UNMEASURED,
    FaceMeasurements,
    PictureMeasurements,
    PortraitDefect,
    face_defects,
    picture_defects,
    recommendations,
)
from issuance.domain.portrait_exception import EXCEPTED, PortraitException
from issuance.portrait.face_detection import Face, FaceDetector, Grey, resized
from issuance.portrait.photo import Rgb, UnreadablePhoto, printed_portrait, read_photo

_OVEREXPOSED = 250
# What is the mean of a whole picture is known from a few thousand of its pixels.
_STEP = 4
_SHAPE_DEFECTS = frozenset({PortraitDefect.SIZE, PortraitDefect.ASPECT_RATIO})


class PhotoCheck:
    """Checks photos; takes some 20 ms of one processor each."""

    def __init__(self, detect_faces: FaceDetector) -> None:
        self._detect_faces = detect_faces

    def __call__(self, data: bytes, exception: PortraitException | None = None) -> AcceptedPhoto:
        """Return the photo as it is printed.

        exception: why some defects do not matter. Raises PortraitRefused with all other defects; no
        face is looked for if size or shape is wrong.
        """
        try:
            photo = read_photo(data)
        except UnreadablePhoto as error:
            raise PortraitRefused([PortraitDefect.UNREADABLE]) from error
        grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
        defects = list(picture_defects(_measure_picture(photo, grey)))
        if _SHAPE_DEFECTS.intersection(defects):
            # The time and memory of the search grow with the height by the width.
            raise PortraitRefused(defects)
        faces = self._detect_faces(grey)
        face = _measure_face(faces[0], grey) if len(faces) == 1 else None
        if face is None:
            defects.append(_missing(len(faces)))
        else:
            defects += face_defects(face)
        if face is None and photo.shape[1] < LEAST_WIDTH_UNMEASURED:
            defects.append(PortraitDefect.EYE_DISTANCE)
        excepted = EXCEPTED[exception] if exception else frozenset()
        if refused := [defect for defect in defects if defect not in excepted]:
            raise PortraitRefused(refused)
        return AcceptedPhoto(
            portrait=printed_portrait(photo),
            eye_distance=round(face.eye_distance) if face else 0,
            recommendations=list(recommendations(face)) if face else [],
            excepted=defects,
        )


def _missing(faces: int) -> PortraitDefect:
    if faces == 1:
        return PortraitDefect.EYES_NOT_FOUND
    return PortraitDefect.SEVERAL_FACES if faces else PortraitDefect.NO_FACE


def _measure_picture(photo: Rgb, grey: Grey) -> PictureMeasurements:
    height, width = grey.shape
    return PictureMeasurements(
        width=width,
        height=height,
        chroma=_chroma(photo[::_STEP, ::_STEP]),
        brightest=_percentile(grey[::_STEP, ::_STEP], 0.95),
    )


def _chroma(photo: Rgb) -> float:
    return float(np.mean(photo.max(axis=2) - photo.min(axis=2)))


def _measure_face(face: Face, grey: Grey) -> FaceMeasurements | None:
    """Return what is measured of a face; None if its eyes were not found."""
    if not face.eyes:
        return None
    height, width = grey.shape
    (x1, y1), (x2, y2) = face.eyes
    distance = float(np.hypot(x2 - x1, y2 - y1))
    margin = face.width // 10
    skin = grey[
        face.top : face.top + face.height, face.left + margin : face.left + face.width - margin
    ]
    return FaceMeasurements(
        eye_distance=distance,
        relative_eye_distance=distance / width,
        centre_x=(x1 + x2) / 2 / width,
        centre_y=(y1 + y2) / 2 / height,
        tilt=float(np.degrees(np.arctan2(y2 - y1, x2 - x1))),
        contrast=_percentile(skin, 0.98) - _percentile(skin, 0.02),
        overexposed=float(np.mean(skin >= _OVEREXPOSED)),
        sharpness=_sharpness(skin, distance),
    )


def _sharpness(skin: Grey, eye_distance: float) -> float:
    """Return the variance of the Laplacian, at the same scale for all photos."""
    scale = min(1.0, LEAST_EYE_DISTANCE / eye_distance)
    return float(cv2.Laplacian(resized(skin, scale), cv2.CV_32F).var())


def _percentile(grey: Grey, share: float) -> float:
    """Return the luminance below which this share of the pixels is; by counting, not sorting."""
    cumulated = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    return float(np.searchsorted(cumulated, share * grey.size))
