"""An operator's calibration decides, its version is recorded, and a foreign one is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from matcher.__main__ import main
from matcher.calibration.score_calibration import CALIBRATION_FILE, ScoreCalibration

from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .models import models
from .people import fingers, given


def _calibration(folder: Path, **changes: Any) -> Path:
    """The calibration of the package with changes; every score is half of what it was."""
    content = json.loads(CALIBRATION_FILE.read_text()) | changes
    for curve in content["curves"] + (content["without_map"] or {"curves": []})["curves"]:
        curve["score"] = [score / 2 for score in curve["score"]]
        curve["decade"] *= 2
    file = folder / "own.json"
    file.write_text(json.dumps(content))
    return file


async def test_decisions_are_made_by_it_and_name_it(
    tmp_path: Path, matchers: Matchers, callers: Callers, someone: int
) -> None:
    file = _calibration(tmp_path)
    matcher = matchers(calibration_file=file)
    matcher.start()
    caller = callers(matcher)
    probe, reference = given(fingers(someone)), given(fingers(someone, impression=1))

    decision = await caller.verify(probe, reference)

    version = ScoreCalibration.load(file).version
    assert version != models().versions.calibration
    assert decision.threshold.calibration_version == version
    assert (await caller.decision(decision.decision_id)).threshold.calibration_version == version
    assert matcher.status().model_version.endswith(version)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ("{}", "own.json is not a calibration file"),
        ("no JSON", "own.json is not a calibration file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_at_start(
    content: str | None, message: str, tmp_path: Path, pki: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.json"
    if content is not None:
        file.write_text(content)

    assert message in _refused_start(tmp_path, pki, file, capsys)


def test_one_made_for_another_comparison_is_refused_at_start(
    tmp_path: Path, pki: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _calibration(tmp_path, comparison="constellation-0")

    assert _refused_start(tmp_path, pki, file, capsys) == (
        "matcher serve: the calibration was made for comparison constellation-0, not for "
        "constellation-2-align4-c70df557: make it again by `matcher calibrate`\n"
    )


def test_one_without_curves_for_pairs_without_maps_is_refused_at_start(
    tmp_path: Path, pki: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _calibration(tmp_path, without_map=None)

    assert "pairs without a map of the ridges" in _refused_start(tmp_path, pki, file, capsys)


def _refused_start(folder: Path, pki: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    matcher = Matcher(folder / "matcher", pki, calibration_file=file)
    matcher.command("migrate")
    capsys.readouterr()
    config = matcher.write(matcher.settings())
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--config", str(config)])
    assert ended.value.code == 2
    return capsys.readouterr().err
