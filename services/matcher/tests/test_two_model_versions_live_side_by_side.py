import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from matcher.calibration.score_calibration import CALIBRATION_FILE
from matcher.comparison.likelihood import LIKELIHOOD_FILE
from matcher.minutiae import Minutiae
from matcher.models import ModelBundle, ModelVersions
from matcher.synthetic import generate_master, generate_template

from .models import models

_FIND_MODEL_FILES_OPENED = """
import sys

opened = []


def note(event, arguments):
    endings = ".onnx", ".npz", ".npy", "on.json", "od.json"
    if event == "open" and str(arguments[0]).endswith(endings):
        opened.append(str(arguments[0]))


sys.addaudithook(note)

import nbis


def refuse(*arguments):
    raise AssertionError("NFIQ 2 was loaded by an import")


nbis.new_nbis_extractor = refuse

import matcher.__main__
import matcher.bootstrap
import matcher.models

print(opened)
"""


@pytest.fixture
def another(tmp_path: Path) -> ModelBundle:
    """Another version: raw scores higher by 1, calibrated scores of about a tenth."""
    network = json.loads(LIKELIHOOD_FILE.read_text())
    network["without_map"]["bias"] += 1.0
    likelihood = tmp_path / "likelihood.json"
    likelihood.write_text(json.dumps(network))
    with pytest.raises(ValueError, match="was made for comparison"):
        ModelBundle.load(likelihood=likelihood)

    calibrated = json.loads(CALIBRATION_FILE.read_text())
    digest = hashlib.sha256(likelihood.read_bytes()).hexdigest()[:8]
    calibrated["comparison"] = f"constellation-2-align4-{digest}"
    for curve in calibrated["without_map"]["curves"]:
        curve["score"] = [score / 10 for score in curve["score"]]
        curve["decade"] *= 10
    calibration = tmp_path / "calibration.json"
    calibration.write_text(json.dumps(calibrated))
    return ModelBundle.load(likelihood=likelihood, calibration=calibration)


def test_each_decides_by_its_own_numbers(another: ModelBundle) -> None:
    ours = models()
    fingers = [generate_template(generate_master(1), impression) for impression in (0, 1)]

    before = _scores(ours, *fingers)
    raw, score = _scores(another, *fingers)

    assert raw == pytest.approx(before[0] + 1.0, abs=1e-4)
    assert score < before[1] / 5
    assert _scores(ours, *fingers) == before
    assert another.versions.comparison != ours.versions.comparison
    assert another.versions.calibration != ours.versions.calibration
    assert another.versions.embedding == ours.versions.embedding


def test_the_versions_that_stored_decisions_name_are_these() -> None:
    assert models().versions == ModelVersions(
        extractor="leader-da96e122-2-0.10",
        embedding="netvlad64-47cf3e05",
        comparison="constellation-2-align4-c70df557",
        calibration="constellation-2-align4-c70df557-7ea30252",
        quantizer="quantizer-2",
    )
    assert models().versions.model_version == (
        "leader-da96e122-2-0.10 netvlad64-47cf3e05 constellation-2-align4-c70df557"
    )


def test_importing_the_service_loads_no_model() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _FIND_MODEL_FILES_OPENED],
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout == "[]\n"


def _scores(bundle: ModelBundle, probe: Minutiae, reference: Minutiae) -> tuple[float, float]:
    """The raw score of two fingers and their calibrated score."""
    one, other = bundle.comparator.prepare(probe), bundle.comparator.prepare(reference)
    raw = bundle.comparator.compare(one, [other])
    return float(raw[0]), float(
        bundle.calibration.finger_scores(raw, len(one), len(other), by_map=False)[0]
    )
