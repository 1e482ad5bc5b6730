import io
import struct
import zlib
from typing import IO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.image.decode import decode
from matcher.image.unreadable_image import ImageFault, UnreadableImage
from PIL import Image, TiffImagePlugin

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


def a_tiff_of_one_tile(side: int) -> bytes:
    """An image of 200 x 200 pixels, LZW, within a tile of another size."""
    tags = {256: 200, 257: 200, 258: 8, 259: 5, 262: 1, 277: 1, 322: side, 323: side}
    tags |= {324: 200, 325: 100}
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + bytes(300)


def fault_of(data: bytes, ppi: int = 500) -> ImageFault:
    with pytest.raises(UnreadableImage) as refused:
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


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "JPEG", "JPEG2000"])
def test_truncated_files(format: str) -> None:
    whole = a_file(format=format)

    assert fault_of(whole[: len(whole) // 2]) is ImageFault.UNREADABLE


def test_a_long_strip() -> None:
    assert fault_of(a_file(Image.new("L", (2100, 100)))) is ImageFault.TOO_LARGE


def test_a_tile_larger_than_the_image() -> None:
    assert fault_of(a_tiff_of_one_tile(side=30_000)) is ImageFault.UNSUPPORTED


def test_frames_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    load = TiffImagePlugin.ImageFileDirectory_v2.load

    def counted(self: TiffImagePlugin.ImageFileDirectory_v2, file: IO[bytes]) -> None:
        read.append(file.tell())
        load(self, file)

    many = a_file(format="TIFF", save_all=True, append_images=[Image.fromarray(NOISE)] * 50)
    monkeypatch.setattr(TiffImagePlugin.ImageFileDirectory_v2, "load", counted)

    assert fault_of(many) is ImageFault.UNSUPPORTED
    assert len(set(read)) <= 2


def test_several_frames() -> None:
    two = a_file(format="TIFF", save_all=True, append_images=[Image.fromarray(NOISE)])

    assert fault_of(two) is ImageFault.UNSUPPORTED


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PPM"])
def test_other_formats(format: str) -> None:
    assert fault_of(a_file(format=format)) is ImageFault.UNREADABLE


@pytest.mark.parametrize(
    ("size", "fault"),
    [
        ((180, 199), ImageFault.UNREADABLE),
        ((200, 2**32 - 1), ImageFault.TOO_LARGE),
        ((180 * 200, 1), ImageFault.TOO_SMALL),
        ((0, 0), ImageFault.TOO_SMALL),
    ],
)
def test_raw_pixels_of_another_size(size: tuple[int, int], fault: ImageFault) -> None:
    with pytest.raises(UnreadableImage) as refused:
        decode(NOISE.tobytes(), 500, size)

    assert refused.value.fault is fault


def test_a_jpeg_of_thousands_of_scans() -> None:
    whole = a_file(format="JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    scans = whole[:last] + whole[last:-2] * 1000 + whole[-2:]

    assert fault_of(scans) is ImageFault.UNSUPPORTED


@given(
    st.sampled_from(["PNG", "BMP", "TIFF", "JPEG", "JPEG2000"]),
    st.integers(0, 400),
    st.binary(max_size=8),
)
@settings(deadline=None)
def test_damaged_files_raise_nothing_but_bad_image(format: str, at: int, junk: bytes) -> None:
    whole = a_file(format=format)
    damaged = whole[:at] + junk + whole[at + len(junk) :]

    try:
        image = decode(damaged, 500)
    except UnreadableImage:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 2
