from printer.page.pdfium import opened
from printer.page.sample_page import sample_page


def _text(pdf: bytes) -> str:
    with opened(pdf) as document:
        return str(document[0].get_textpage().get_text_range())


def test_it_says_on_the_whole_page_that_it_is_none() -> None:
    assert _text(sample_page()).count("SPECIMEN - VOID") == 3
    assert "UTO" in _text(sample_page())


def test_its_size_and_its_text_are_those_of_a_page() -> None:
    with opened(sample_page()) as document:
        width, height = document[0].get_size()

    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (125, 88)


def test_it_is_the_same_each_time() -> None:
    sample_page.cache_clear()
    first = sample_page()
    sample_page.cache_clear()

    assert sample_page() == first
