"""What was counted of fingers with maps is not taken for fingers without, in the same folder."""

import sys
from pathlib import Path
from typing import Any

import pytest
from matcher.training.calibration import __main__ as command

from ..models import calibration  # noqa: TID252


def folders(monkeypatch: pytest.MonkeyPatch, folder: Path, *options: str) -> set[Path]:
    """Where the command stores what it counts."""
    used = set()

    def counted(result: Any) -> Any:
        def count(*arguments: Any) -> Any:
            used.add(arguments[-1])
            return result

        return count

    present = calibration()
    monkeypatch.setattr(command, "non_mated_curves", counted(present.curves))
    monkeypatch.setattr(command, "person_sum_factor", counted(present.sum_factor))
    monkeypatch.setattr(command, "count_mated", counted(present.mated_scores))
    out = folder / "calibration.json"
    monkeypatch.setattr(sys, "argv", ["", "--out", str(out), "--stored", str(folder), *options])
    command.main()
    return used


def test_both_parts_may_be_made_in_one_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (with_maps,) = folders(monkeypatch, tmp_path)
    (without,) = folders(monkeypatch, tmp_path, "--without-map")

    assert with_maps != without
    assert {with_maps.parent, without.parent} == {tmp_path}
