import ctypes
from pathlib import Path

import matcher.image.quality  # noqa: F401  it says how OpenCV is to be loaded
import nbis  # type: ignore[import-untyped, unused-ignore]
import pytest


@pytest.fixture(scope="module")
def opencv() -> ctypes.CDLL:
    folder = Path(nbis.__file__).parent / "nbis"
    return ctypes.CDLL(str(next(folder.glob("libopencv_core.*"))))


def test_primitives_that_ask_for_the_processor_are_off(opencv: ctypes.CDLL) -> None:
    uses_ipp = opencv._ZN2cv3ipp6useIPPEv
    uses_ipp.restype = ctypes.c_bool

    assert not uses_ipp()


def test_an_image_keeps_one_core_busy(opencv: ctypes.CDLL) -> None:
    assert opencv._ZN2cv13getNumThreadsEv() == 1
