"""`matcher evaluate` and `matcher calibrate` use the models of a bundle in a folder, if asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from matcher.__main__ import main
from matcher.evaluation import evaluate
from matcher.model_bundles import load_folder
from matcher.models import ModelBundle, ModelVersions
from matcher.operator_calibration import calibrate

from .bundles import make_bundle
from .models import models

COMMANDS = ["evaluate", "calibrate"]


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    """A folder of files with the names of two images of each of twenty fingers."""
    (tmp_path / "prints").mkdir()
    for finger in range(20):
        for impression in (1, 2):
            (tmp_path / "prints" / f"{finger}_{impression}.png").write_bytes(b"")
    return tmp_path / "prints"


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[ModelVersions]:
    """The versions of the models that the commands use; they end before they read any image."""
    found = list[ModelVersions]()

    def note(models: ModelBundle, *_: Any) -> NoReturn:
        found.append(models.versions)
        raise ValueError("enough")

    monkeypatch.setattr(evaluate, "_compare_probe_sets", note)
    monkeypatch.setattr(calibrate, "_read", note)
    return found


@pytest.fixture
def run(prints: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command with options, and returns why it ended."""

    def run(command: str, *options: str) -> str:
        out = str(tmp_path / "out" / "result.json")
        with pytest.raises(SystemExit):
            main([command, str(prints), "--dpi", "500", "--out", out, *options])
        return capsys.readouterr().err.splitlines()[-1]

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_the_models_of_the_folder_are_used(
    command: str, run: Callable[..., str], used: list[ModelVersions], tmp_path: Path
) -> None:
    folder = make_bundle(tmp_path / "bundles", "next")

    assert run(command, "--bundle", str(folder)) == f"matcher {command}: enough"
    assert run(command) == f"matcher {command}: enough"

    assert used == [load_folder(folder).versions, models().versions]
    assert used[0] != used[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bundle_that_could_not_serve_is_refused(
    command: str, run: Callable[..., str], used: list[ModelVersions], tmp_path: Path
) -> None:
    folder = make_bundle(tmp_path / "bundles", "next")
    (folder / "quantizer.npy").write_bytes(b"")

    damaged = run(command, "--bundle", str(folder))
    missing = run(command, "--bundle", str(tmp_path / "none"))

    assert damaged.startswith(
        f"matcher {command}: bundle next: quantizer.npy is not the file that SHA256SUMS"
    )
    assert missing == f"matcher {command}: there is no folder of the bundle none"
    assert used == []
