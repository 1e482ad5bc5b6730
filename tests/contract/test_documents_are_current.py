import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_error_page_is_what_the_code_says() -> None:
    page = runpy.run_path(str(DOCS / "generate.py"))["errors_page"]()

    assert (DOCS / "errors.md").read_text(encoding="utf-8") == page, "run: make docs"
