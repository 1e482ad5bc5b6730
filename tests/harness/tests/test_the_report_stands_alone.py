import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from harness import report
from harness.demo_facts import Facts


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href")]


@pytest.fixture
def page(tmp_path: Path, facts: Facts) -> str:
    report.write(facts, tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_it_needs_no_other_file_no_network_and_no_script(page: str) -> None:
    parsed = _Page()

    parsed.feed(page)

    assert "script" not in parsed.tags
    assert parsed.references
    assert all(reference.startswith(("data:", "#")) for reference in parsed.references)
    assert not re.search(r"url\((?!#)|@import", page)


def test_it_shows_both_courses_and_what_failed(page: str) -> None:
    for words in ("As it was", "As it would have been", "Mon 5 Nov", "Thu 1 Nov", "FAILS"):
        assert words in page


def test_it_says_what_is_reconstructed_assumed_and_played(page: str) -> None:
    for words in ("Reconstruction.", "Assumptions.", "Stand-ins."):
        assert words in page


def test_words_from_services_cannot_become_markup(page: str) -> None:
    assert "Ready &lt;1&gt;" in page
