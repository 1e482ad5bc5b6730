import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED: dict[Path, str] = {
    path: text
    for program in ("generate.py", "draw_architecture.py", "sizing.py")
    for path, text in runpy.run_path(str(ROOT / "docs" / program))["written"]().items()
}


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_a_page_is_what_the_code_generates(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], "run: make docs"
