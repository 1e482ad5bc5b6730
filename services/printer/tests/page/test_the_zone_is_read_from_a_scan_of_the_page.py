import io
from typing import Any

import pytest
from PIL import Image
from printer.page.data_page import render
from printer.page.mrz_reader import UnreadableZone
from printer.page.page_image import read_page_image

from .pages import a_page
from .scans import a_scan

UPPER = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
LOWER = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
PDF = render(a_page())


def _read(file: bytes) -> tuple[str, str]:
    zone = read_page_image(file)
    return zone.upper, zone.lower


@pytest.mark.parametrize(
    "scan",
    [
        {},
        {"file": "JPEG"},
        {"noise": 25.0},
        {"angle": 1.5, "noise": 15.0},
        {"angle": -3.0, "file": "JPEG"},
        {"ppi": 200, "angle": 0.7},
        {"ppi": 600, "angle": -0.7},
    ],
    ids=str,
)
def test_however_it_lies(scan: dict[str, Any]) -> None:
    assert _read(a_scan(PDF, **scan)) == (UPPER, LOWER)


def test_also_from_the_part_of_the_page_with_the_zone() -> None:
    with Image.open(io.BytesIO(a_scan(PDF, angle=1.0))) as page:
        target = io.BytesIO()
        page.crop((0, page.height - 290, page.width, page.height)).save(target, "PNG")

    assert _read(target.getvalue()) == (UPPER, LOWER)


def test_what_is_transparent_is_paper() -> None:
    with Image.open(io.BytesIO(a_scan(PDF))) as page:
        grey = page.convert("L")
        ink = Image.new("LA", page.size)
        ink.putalpha(grey.point(lambda value: 255 - value))
        target = io.BytesIO()
        ink.save(target, "PNG")

    assert _read(target.getvalue()) == (UPPER, LOWER)


def _an_image(width: int, height: int, file: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("L", (width, height), 255).save(target, file)
    return target.getvalue()


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "not an image"),
        (b"%PDF-1.4", "not an image"),
        (a_scan(PDF)[:20_000], "not an image"),
        (_an_image(1476, 1039, "BMP"), "not an image"),
        (_an_image(1476, 1039), "nothing is printed"),
        (_an_image(1, 1), "1 x 1 pixels"),
        (_an_image(4001, 4000), "4001 x 4000 pixels"),
        (a_scan(PDF, angle=180.0), "lines of text|characters"),
        (a_scan(PDF, angle=20.0), "lines of text|characters"),
        (a_scan(PDF, ppi=150), "739 x 520 pixels"),
    ],
    ids=["nothing", "pdf", "cut", "bmp", "empty", "dot", "huge", "upside down", "aslant", "coarse"],
)
def test_what_cannot_be_read_says_why(file: bytes, why: str) -> None:
    with pytest.raises(UnreadableZone, match=why):
        read_page_image(file)
