"""A bundle of a comparison made for fewer minutiae extracts those: its decisions are made again."""

import json
from pathlib import Path

from matcher.calibration.score_calibration import CALIBRATION_FILE
from matcher.comparison.comparator import Comparator
from matcher.comparison.likelihood import LIKELIHOOD_FILE
from matcher.models import ModelBundle

from .altered_fingers import unaltered
from .models import models

FEATURES_BEFORE = 13


def _before(folder: Path) -> ModelBundle:
    """A bundle whose network takes only the features that there were before."""
    network = json.loads(LIKELIHOOD_FILE.read_text())["without_map"]
    for name in ("inward", "straight"):
        network[name] = network[name][:FEATURES_BEFORE]
    likelihood = folder / "likelihood.json"
    likelihood.write_text(json.dumps(network))
    curves = json.loads(CALIBRATION_FILE.read_text())["without_map"]
    curves["comparison"] = Comparator.load(likelihood_file=likelihood).version
    calibration = folder / "calibration.json"
    calibration.write_text(json.dumps(curves))
    return ModelBundle.load(likelihood=likelihood, calibration=calibration)


def test_it_extracts_what_it_was_made_for(tmp_path: Path) -> None:
    before = _before(tmp_path)

    found, present = before.extractor(unaltered()), models().extractor(unaltered())

    assert before.versions.extractor == "leader-da96e122-2-0.20"
    assert models().versions.extractor == "leader-da96e122-2-0.10"
    assert found.quality.min() >= 20
    assert len(found) < len(present)
