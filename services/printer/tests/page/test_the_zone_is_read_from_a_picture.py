"""The machine readable zone is recognised in pixels, also in those of a scanner."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFilter
from printer.page.data_page import render
from printer.page.mrz import Mrz
from printer.page.mrz_reader import Grey, UnreadableZone, read_mrz
from printer.page.verification import picture_of_zone

from .pages import a_page

SPECIMEN = Mrz(
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
CLEAN = picture_of_zone(render(a_page()))


def _noisy(zone: Grey) -> Grey:
    noise = np.random.default_rng(0).normal(0, 25, zone.shape)
    return np.clip(zone + noise, 0, 255).astype(np.uint8)


def _blurred(zone: Grey) -> Grey:
    return np.asarray(Image.fromarray(zone).filter(ImageFilter.GaussianBlur(1.5)))


def _pale(zone: Grey) -> Grey:
    return (zone * 0.5 + 60).astype(np.uint8)


def _compressed(zone: Grey) -> Grey:
    target = io.BytesIO()
    Image.fromarray(zone).save(target, "JPEG", quality=50)
    return np.asarray(Image.open(target))


@pytest.mark.parametrize("scanned", [np.array, _noisy, _blurred, _pale, _compressed])
def test_the_specimen_is_read(scanned: Callable[[Grey], Grey]) -> None:
    assert read_mrz(scanned(CLEAN)) == SPECIMEN


@pytest.mark.parametrize(
    "characters", ["ABCDEFGHI", "JKLMNOPQR", "STUVWXYZ0", "123456789", "O0Q8BI1L7", "5S2Z6G4AD"]
)
def test_every_character_is_told_from_all_others(characters: str) -> None:
    zone = picture_of_zone(render(a_page(document_number=characters)))

    assert read_mrz(zone).lower.startswith(characters)


def test_a_letter_that_is_blotted_out_is_not_guessed() -> None:
    blotted = CLEAN.copy()
    blotted[:, 300:345] = 0

    with pytest.raises(UnreadableZone):
        read_mrz(blotted)


def test_an_empty_zone_is_not_read() -> None:
    with pytest.raises(UnreadableZone):
        read_mrz(np.full((274, 1476), 250, np.uint8))
