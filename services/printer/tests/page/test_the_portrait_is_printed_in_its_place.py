"""The portrait is on the page in true size; what a machine cannot print is refused by name."""

import io
from dataclasses import replace

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image
from printer.page.data_page import render
from printer.page.unprintable import UnprintableField
from reportlab.lib.units import mm

from .pages import a_page


def _jpeg(size: tuple[int, int] = (350, 450), mode: str = "RGB", **options: bool) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, 120 if mode == "L" else (200, 30, 40)).save(target, "JPEG", **options)
    return target.getvalue()


def test_it_is_33_mm_wide_and_as_high_as_35_to_45_demands() -> None:
    page = pypdfium2.PdfDocument(render(replace(a_page(), portrait=_jpeg())))[0]

    (picture,) = [item for item in page.get_objects() if item.type == 3]

    left, bottom, right, top = picture.get_bounds()
    assert (left / mm, (right - left) / mm) == pytest.approx((4.0, 33.0), abs=0.01)
    assert (bottom / mm, (top - bottom) / mm) == pytest.approx((25.4, 42.43), abs=0.01)


def test_its_colours_are_on_the_page() -> None:
    page = pypdfium2.PdfDocument(render(replace(a_page(), portrait=_jpeg())))[0]

    pixels = np.asarray(page.render(scale=1).to_pil().convert("RGB"), int)

    assert np.abs(pixels[120, 50] - (200, 30, 40)).max() < 6


@pytest.mark.parametrize(
    "portrait",
    [b"", b"GIF89a", _jpeg()[:900], _jpeg((280, 360)), _jpeg((1400, 1800)), _jpeg((450, 450)),
     _jpeg(mode="L"), _jpeg(progressive=True)],
    ids=["none", "not a JPEG", "cut off", "small", "large", "square", "grey", "progressive"],
)  # fmt: skip
def test_what_is_no_portrait_is_refused(portrait: bytes) -> None:
    with pytest.raises(UnprintableField) as refusal:
        render(replace(a_page(), portrait=portrait))

    assert refusal.value.field == "portrait"
