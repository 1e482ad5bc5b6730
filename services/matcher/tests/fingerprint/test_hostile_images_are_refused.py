import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.fingerprint.errors import BadImage, ImageFault
from matcher.fingerprint.image import decode
from PIL import Image

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::RuntimeWarning:PIL")

NOISE = np.random.default_rng(0).integers(0, 256, (200, 180), np.uint8)


def a_file(image: Image.Image | None = None, format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    (image or Image.fromarray(NOISE)).save(file, format, **options)
    return file.getvalue()


def a_png_that_says(width: int, height: int) -> bytes:
    """A header without the pixels it promises."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def fault_of(data: bytes, ppi: int = 500) -> ImageFault:
    with pytest.raises(BadImage) as refused:
        decode(data, ppi)
    return refused.value.fault


@pytest.mark.parametrize("ppi", [-1, 0, 249, 1201, 10**9])
def test_impossible_resolutions(ppi: int) -> None:
    assert fault_of(a_file(), ppi) is ImageFault.BAD_RESOLUTION


def test_no_bytes() -> None:
    assert fault_of(b"") is ImageFault.EMPTY


def test_sixty_megabytes() -> None:
    assert fault_of(bytes(60_000_000)) is ImageFault.TOO_LARGE


@pytest.mark.parametrize("side", [10_000, 60_000, 2**31 - 1])
def test_decompression_bombs_by_their_header(side: int) -> None:
    assert fault_of(a_png_that_says(side, side)) in (ImageFault.TOO_LARGE, ImageFault.UNREADABLE)


def test_a_bomb_whose_pixels_are_there() -> None:
    bomb = a_file(Image.new("L", (9000, 9000)))

    assert len(bomb) < 100_000
    assert fault_of(bomb) is ImageFault.TOO_LARGE


@pytest.mark.parametrize("size", [(0, 0), (0, 300), (300, 0)])
def test_no_pixels(size: tuple[int, int]) -> None:
    assert fault_of(a_png_that_says(*size)) in (ImageFault.TOO_SMALL, ImageFault.UNREADABLE)


@pytest.mark.parametrize(("size", "ppi"), [((100, 40), 500), ((150, 150), 1200)])
def test_a_print_too_small_to_hold_minutiae(size: tuple[int, int], ppi: int) -> None:
    assert fault_of(a_file(Image.new("L", size)), ppi) is ImageFault.TOO_SMALL


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF"])
def test_truncated_files(format: str) -> None:
    whole = a_file(format=format)

    assert fault_of(whole[: len(whole) // 2]) is ImageFault.UNREADABLE


def test_several_frames() -> None:
    two = a_file(format="TIFF", save_all=True, append_images=[Image.fromarray(NOISE)])

    assert fault_of(two) is ImageFault.UNSUPPORTED


@pytest.mark.parametrize("format", ["GIF", "JPEG", "WEBP", "PPM"])
def test_other_formats(format: str) -> None:
    assert fault_of(a_file(format=format)) is ImageFault.UNREADABLE


@given(st.sampled_from(["PNG", "BMP", "TIFF"]), st.integers(0, 400), st.binary(max_size=8))
@settings(deadline=None)
def test_damaged_files_raise_nothing_but_bad_image(format: str, at: int, junk: bytes) -> None:
    whole = a_file(format=format)
    damaged = whole[:at] + junk + whole[at + len(junk) :]

    try:
        image = decode(damaged, 500)
    except BadImage:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 2
