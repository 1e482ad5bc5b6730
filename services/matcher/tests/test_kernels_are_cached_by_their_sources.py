"""Compiled kernels are cached in a folder that is named by all their sources."""

from pathlib import Path
from typing import Any

import pytest
from matcher import jit
from matcher.comparison import comparator
from matcher.synthetic import ridge_pattern


@pytest.mark.parametrize("kernel", [comparator._batch_features, ridge_pattern._correlate])
def test_a_kernel_lies_in_the_folder_of_these_sources(kernel: Any) -> None:
    assert jit._folder_of_current_sources(Path()).name in Path(kernel.stats.cache_path).parts


def test_a_change_of_any_source_is_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    callee = tmp_path / "comparison" / "callee.py"
    callee.parent.mkdir()
    callee.write_text("A = 1")
    monkeypatch.setattr(jit, "__file__", str(tmp_path / "jit.py"))
    before = jit._folder_of_current_sources(tmp_path)

    callee.write_text("A = 2")

    assert jit._folder_of_current_sources(tmp_path) != before


def test_kernels_are_compiled_from_these_sources_only() -> None:
    package = Path(jit.__file__).parent

    sources = {
        source.relative_to(package).parts[0]
        for source in package.rglob("*.py")
        if "import compiled" in source.read_text()
    }

    assert sources == set(jit._KERNEL_SOURCES)
