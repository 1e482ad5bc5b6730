import pypdfium2  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printer.page.data_page import render
from printer.page.mrz import td3_mrz
from printer.page.unprintable import UnprintableField
from printer.page.verification import PageVerificationError, extract_mrz, verify_page
from reportlab.lib.units import mm

from .pages import a_page

LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ ÉØÑŽ'-.", min_size=1, max_size=120).filter(
    lambda name: name.strip(" '-.") != ""
)


@settings(max_examples=40)
@given(LETTERS, st.text("0123456789ABCXYZ", min_size=1, max_size=9))
def test_a_stranger_reads_the_zone_from_the_finished_page(name: str, number: str) -> None:
    data = a_page(primary_identifier=name, document_number=number)

    assert extract_mrz(render(data)) == td3_mrz(data.mrz)


def test_a_page_of_somebody_else_is_refused() -> None:
    with pytest.raises(PageVerificationError):
        verify_page(render(a_page(document_number="L898902C4")), a_page())


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.4 nothing", render(a_page())[:4000]])
def test_a_damaged_page_is_refused(damage: bytes) -> None:
    with pytest.raises(PageVerificationError):
        verify_page(damage, a_page())


def test_equal_data_give_equal_bytes() -> None:
    assert render(a_page()) == render(a_page())


def test_the_page_is_one_of_true_size_with_the_zone_at_its_place() -> None:
    page = pypdfium2.PdfDocument(render(a_page()))[0]
    text = page.get_textpage()
    upper = text.search("P<UTO").get_next()
    lower_end = text.search("<10").get_next()

    assert page.get_size() == pytest.approx((125 * mm, 88 * mm), abs=0.01)
    assert upper is not None
    assert lower_end is not None
    left, bottom, _, top = text.get_charbox(upper[0], loose=False)
    assert 5 <= left / mm <= 7
    assert (bottom + top) / 2 / mm == pytest.approx(15.95, abs=0.2)
    _, bottom, right, top = text.get_charbox(lower_end[0] + 2, loose=False)
    assert (bottom + top) / 2 / mm == pytest.approx(9.6, abs=0.2)
    assert 125 - right / mm >= 5


@pytest.mark.parametrize(
    ("field", "value"),
    [("sex", "Q"), ("document_number", "L898902C34"), ("document_number", ""),
     ("issuing_state", "utopia"), ("personal_number", "1" * 15), ("document_code", "PPP"),
     ("primary_identifier", "W" * 4000), ("secondary_identifier", "Ω")],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_by_name(field: str, value: str) -> None:
    with pytest.raises(UnprintableField) as refusal:
        render(a_page(**{field: value}))

    assert refusal.value.field == field
