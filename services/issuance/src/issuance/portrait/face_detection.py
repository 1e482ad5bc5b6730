"""Faces and eyes in a picture, found by the cascades of Haar-like features that OpenCV brings.

Viola and Jones, Robust real-time face detection, IJCV 57(2), 2004. The cascades are files of the
installed package opencv-python-headless; nothing is downloaded.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""Shape (height, width), luminance."""
Point = tuple[float, float]
"""x and y, pixels from the upper left."""
# Width at which faces are searched for, and the least width of a face there.
_SEARCH_WIDTH, _LEAST_FACE = 160, 36
# The eyes are in this part of a face's height; it is searched with the face 110 pixels wide.
_EYES_TOP, _EYES_BOTTOM, _FACE_WIDTH = 0.15, 0.6, 110
_LEAST_EYE, _GREATEST_EYE = 16, 48
_EYE_CASCADES = ("haarcascade_eye.xml", "haarcascade_eye_tree_eyeglasses.xml")


@dataclass(frozen=True, slots=True)
class Face:
    """A face: its box in pixels, and the centres of its eyes from left to right in the picture.

    eyes: empty unless both were found.
    """

    left: int
    top: int
    width: int
    height: int
    eyes: tuple[Point, Point] | tuple[()]


def resized(picture: Grey, scale: float) -> Grey:
    """Return the picture, made smaller or larger without new patterns in it."""
    scaled = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return scaled.astype(np.uint8, copy=False)


class FaceDetector:
    """Finds faces that look into the camera. Calls from several threads are done in turn."""

    def __init__(self) -> None:
        # A second pool of threads beside the worker pool would only take its processors away.
        cv2.setNumThreads(1)
        folder = Path(cv2.__file__).parent / "data"
        self._faces = cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_alt.xml"))
        self._eyes = [cv2.CascadeClassifier(str(folder / name)) for name in _EYE_CASCADES]
        self._lock = threading.Lock()

    def __call__(self, picture: Grey) -> Sequence[Face]:
        """Return the faces, the largest first."""
        scale = _SEARCH_WIDTH / picture.shape[1]
        small = resized(picture, scale)
        with self._lock:
            boxes = self._faces.detectMultiScale(
                small, scaleFactor=1.1, minNeighbors=4, minSize=(_LEAST_FACE, _LEAST_FACE)
            )
            found = sorted(boxes, key=lambda box: int(box[2]), reverse=True)
            return [self._face(picture, *(round(v / scale) for v in box)) for box in found]

    def _face(self, picture: Grey, left: int, top: int, width: int, height: int) -> Face:
        first, last = top + round(_EYES_TOP * height), top + round(_EYES_BOTTOM * height)
        scale = _FACE_WIDTH / width
        band = resized(picture[first:last, left : left + width], scale)
        middle = band.shape[1] // 2
        one, other = self._eye(band[:, :middle]), self._eye(band[:, middle:])
        if one is None or other is None:
            return Face(left, top, width, height, ())
        return Face(
            left,
            top,
            width,
            height,
            (
                (left + one[0] / scale, first + one[1] / scale),
                (left + (middle + other[0]) / scale, first + other[1] / scale),
            ),
        )

    def _eye(self, half: Grey) -> Point | None:
        """Return the centre of the largest eye that one of the cascades finds."""
        for cascade in self._eyes:
            boxes = cascade.detectMultiScale(
                half,
                scaleFactor=1.08,
                minNeighbors=2,
                minSize=(_LEAST_EYE, _LEAST_EYE),
                maxSize=(_GREATEST_EYE, _GREATEST_EYE),
            )
            if len(boxes):
                x, y, width, height = max(boxes, key=lambda box: int(box[2]))
                return float(x + width / 2), float(y + height / 2)
        return None
