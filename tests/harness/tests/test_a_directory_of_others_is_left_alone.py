from pathlib import Path

import pytest
from harness.configuration import Layout, NotOurs


def test_a_directory_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(NotOurs):
        Layout.fresh(tmp_path)

    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_what_an_earlier_run_left_is_removed(tmp_path: Path) -> None:
    first = Layout.fresh(tmp_path)
    (first.data / "old.sqlite").touch()

    second = Layout.fresh(tmp_path)

    assert list(second.data.iterdir()) == []
