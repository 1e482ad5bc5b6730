import io

import numpy as np
import pytest
from matcher.image.decode import as_png, decode
from PIL import Image

PRINT = np.random.default_rng(1).integers(0, 256, (320, 256)).astype(np.uint8)


def a_file(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "JPEG2000"])
def test_grey_pixels_come_through_unchanged(format: str) -> None:
    assert np.array_equal(decode(a_file(Image.fromarray(PRINT), format), 500), PRINT)


def test_a_bare_jpeg_2000_codestream_is_enough() -> None:
    bare = a_file(Image.fromarray(PRINT), "JPEG2000", no_jp2=True, tile_size=(100, 100))

    assert np.array_equal(decode(bare, 500), PRINT)


@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_comes_through_nearly(progressive: bool) -> None:
    smooth = np.add.outer(np.arange(200), np.arange(180)).clip(0, 255).astype(np.uint8)
    file = a_file(Image.fromarray(smooth), "JPEG", quality=95, progressive=progressive)

    assert np.abs(decode(file, 500).astype(int) - smooth).max() < 8


def test_raw_pixels_come_through_unchanged() -> None:
    assert np.array_equal(decode(PRINT.tobytes(), 500, (256, 320)), PRINT)


def test_raw_pixels_are_a_png_for_keeping() -> None:
    assert np.array_equal(decode(as_png(PRINT.tobytes(), (256, 320)), 500), PRINT)


@pytest.mark.parametrize(("ppi", "shape"), [(1000, (160, 128)), (250, (640, 512))])
def test_other_resolutions_change_the_size(ppi: int, shape: tuple[int, int]) -> None:
    assert decode(a_file(Image.fromarray(PRINT)), ppi).shape == shape


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_clipped(format: str) -> None:
    deep = Image.fromarray(PRINT.astype(np.uint16) * 257)

    assert np.array_equal(decode(a_file(deep, format), 500), PRINT)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "LA"])
def test_colour_and_palettes_are_made_grey(mode: str) -> None:
    assert np.array_equal(decode(a_file(Image.fromarray(PRINT).convert(mode)), 500), PRINT)


def test_what_is_transparent_is_paper() -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))

    assert (decode(a_file(clear), 500) == 255).all()


def test_black_and_white_is_enough() -> None:
    dots = Image.fromarray(PRINT).convert("1")

    assert set(np.unique(decode(a_file(dots), 500))) == {0, 255}
