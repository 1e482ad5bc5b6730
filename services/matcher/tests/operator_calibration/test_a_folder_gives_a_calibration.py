"""`matcher calibrate FOLDER --out FILE`: the file, its card, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
from matcher.__main__ import main
from matcher.calibration.score_calibration import ScoreCalibration
from matcher.models import ModelBundle
from matcher.operator_calibration import calibrate
from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from PIL import Image

from ..models import models  # noqa: TID252

pytestmark = pytest.mark.timeout(420)

FINGERS, CROPS, SIDE = 20, 5, 170


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five parts of one impression of each of twenty fingers, and a file that is none."""
    folder = tmp_path_factory.mktemp("prints")
    rng = np.random.default_rng(0)
    for finger in range(FINGERS):
        ridges = generate_ridge_pattern(generate_master(900_000 + finger))
        whole = render_impression(ridges, 1, capture_difficulty=LIVE_SCAN).image
        for crop in range(CROPS):
            y, x = 110 + rng.integers(0, 60), 70 + rng.integers(0, 60)
            part = Image.fromarray(whole[y : y + SIDE, x : x + SIDE])
            part.save(folder / f"{finger}_{crop}.png")
    (folder / "3_9.png").write_bytes(b"no image")
    return folder


def _calibrate(folder: Path, out: Path) -> None:
    main(["calibrate", str(folder), "--dpi", "500", "--out", str(out), "--workers", "2"])


def test_the_file_is_used_and_the_card_says_what_it_is_worth(
    images: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(calibrate, "_MATED_FINGERS", 600)
    out = tmp_path / "new" / "calibration.json"

    _calibrate(images, out)

    made = ModelBundle.load(calibration=out)
    assert made.versions.comparison == models().versions.comparison
    assert made.versions.calibration != models().versions.calibration
    assert made.calibration.sum_factor == models().calibration.sum_factor
    assert 0 < made.calibration.predicted_fnir([], 4) <= 1
    of_each = {"comparison", "shrink", "curves", "mates"}
    assert json.loads(out.read_text()).keys() == of_each | {"without_map"}
    assert json.loads(out.read_text())["without_map"].keys() == of_each
    assert "3_9.png" in capsys.readouterr().err
    card = out.with_suffix(".md").read_text()
    for line in (
        f"| version | `{ScoreCalibration.load(out).version}` |",
        f"| set {images.name} | 20 fingers, 100 images, 500 dpi |",
        "| images left out, not readable or of too few minutiae | 1 |",
        "| non-mated comparisons | 4,750 |",
        "| mated comparisons | 200 |",
    ):
        assert line in card.splitlines()
    assert "| too few |" in card


def _failure(capsys: pytest.CaptureFixture[str], folder: Path, out: Path) -> str:
    with pytest.raises(SystemExit) as ended:
        _calibrate(folder, out)
    assert ended.value.code == 2
    assert not out.exists()
    return capsys.readouterr().err.splitlines()[-1]


def test_a_missing_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = _failure(capsys, tmp_path / "nowhere", tmp_path / "out.json")

    assert refused == f"matcher calibrate: {tmp_path}/nowhere is not a folder"


def test_a_folder_without_images_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = _failure(capsys, tmp_path, tmp_path / "out.json")

    assert refused.startswith(f"matcher calibrate: {tmp_path} holds no FINGER_IMPRESSION.{{png,")


def test_too_few_fingers_are_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for finger in range(19):
        (tmp_path / f"{finger}_1.png").write_bytes(b"")

    refused = _failure(capsys, tmp_path, tmp_path / "out.json")

    assert refused.startswith(
        "matcher calibrate: there are 19 fingers in the folder; at least 20 are needed"
    )


def test_fingers_that_cannot_be_read_do_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for finger in range(20):
        (tmp_path / f"{finger}_1.png").write_bytes(b"no image")

    refused = _failure(capsys, tmp_path, tmp_path / "out.json")

    assert refused.startswith(
        "matcher calibrate: there are 0 fingers with a readable image; at least 20"
    )
