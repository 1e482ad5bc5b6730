"""Every link of a page leads somewhere; every path of the repository that it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page.relative_to(ROOT)
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")]
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
PATH = re.compile(r"`((?:services|protos|deploy|docs|tests|benchmarks)/[A-Za-z0-9_./-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_and_paths_exist(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    linked = [(ROOT / page).parent / link for link in LINK.findall(text)]
    named = [ROOT / path for path in PATH.findall(text)]

    assert [str(path) for path in [*linked, *named] if not path.exists()] == []


def test_pages_are_found() -> None:
    assert {Path("README.md"), Path("docs/extending.md"), Path("deploy/README.md")} <= set(PAGES)
