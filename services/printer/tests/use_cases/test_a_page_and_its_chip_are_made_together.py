from dataclasses import replace
from datetime import timedelta

import pytest
from printer.chip.elementary_files import from_names
from printer.chip.passive_authentication import NotAuthentic
from printer.domain.errors import ChipNotSigned
from printer.page.data_page import render
from printer.page.pdfium import read_attachments
from printer.page.unprintable import UnprintableField
from printer.use_cases.make_page import MakePage

from ..chip.chips import MRZ, NOON, Country, a_country, a_portrait  # noqa: TID252
from ..page.pages import a_page  # noqa: TID252


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    return a_country(tmp_path_factory.mktemp("id"))


def test_the_files_go_with_the_page(country: Country) -> None:
    page = MakePage(country.issuer)(replace(a_page(), portrait=a_portrait()), NOON)

    chip = from_names(read_attachments(page.pdf))
    assert page.mrz == MRZ
    assert page.chip_sha256 == chip.digest
    country.issuer.authentication.verify(chip, MRZ, NOON)


def test_a_book_without_a_chip_has_a_page_only() -> None:
    page = MakePage(None)(a_page(), NOON)

    assert page.chip_sha256 is None
    assert read_attachments(page.pdf) == {}


@pytest.mark.parametrize("portrait", [b"", b"GIF89a"])
def test_a_chip_needs_a_portrait(country: Country, portrait: bytes) -> None:
    with pytest.raises(UnprintableField) as refusal:
        MakePage(country.issuer)(replace(a_page(), portrait=portrait), NOON)

    assert refusal.value.field == "portrait"


def test_a_signer_whose_time_is_over_signs_nothing(country: Country) -> None:
    with pytest.raises(ChipNotSigned):
        MakePage(country.issuer)(
            replace(a_page(), portrait=a_portrait()), NOON + timedelta(days=100)
        )


def test_a_page_that_carries_another_chip_is_never_sent(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = country.chip(MRZ.replace("ANNA", "ANNE")).by_name
    monkeypatch.setattr(
        "printer.use_cases.make_page.render", lambda data, _files: render(data, another)
    )

    with pytest.raises(NotAuthentic):
        MakePage(country.issuer)(replace(a_page(), portrait=a_portrait()), NOON)
