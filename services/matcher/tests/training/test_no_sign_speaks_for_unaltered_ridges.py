"""What the detector of altered ridges is fitted to: signs that speak for it, or not at all."""

import json
from pathlib import Path

import numpy as np
from matcher.alteration.detector import ALTERATION_FILE, AlterationDetector
from matcher.alteration.signs import CLARITIES, FEATURES, SIGNS
from matcher.training.alteration.fit import Samples, fit

IMAGES, FINGERS = 600, 60


def _samples() -> Samples:
    """Signs of which one rises in altered images, one falls, and all rise in unclear ones."""
    rng = np.random.default_rng(1)
    clarity = rng.normal((0.6, 0.45, 12.0), (0.15, 0.2, 2.5), (IMAGES, CLARITIES))
    signs = rng.normal(0, 0.1, (IMAGES, SIGNS)) - clarity[:, :1]
    altered = np.arange(IMAGES) % 2 == 1
    signs[altered, 0] += 0.3
    signs[altered, 1] -= 0.3
    finger = np.arange(IMAGES) * FINGERS // IMAGES
    features = np.hstack([signs, clarity])
    assert features.shape[1] == FEATURES
    return Samples(features, altered, finger)


def test_a_sign_that_falls_is_ignored(tmp_path: Path) -> None:
    fit(_samples(), tmp_path / "one.json")
    fit(_samples(), tmp_path / "again.json")
    detector = AlterationDetector.load(tmp_path / "one.json")

    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "again.json").read_bytes()
    assert detector.weight[0] > 0.1
    assert detector.weight[1] == 0
    assert detector.weight.min() >= 0


def test_scores_are_the_rarity_among_unaltered_fingers(tmp_path: Path) -> None:
    samples = _samples()
    fit(samples, tmp_path / "one.json")
    detector = AlterationDetector.load(tmp_path / "one.json")

    scores = detector.scores_of(detector.usual.deviations(samples.features))

    unaltered = scores[~samples.altered]
    assert 0.05 < (unaltered >= 1).mean() < 0.15
    assert (unaltered >= 2.5).mean() < 0.02
    assert (scores[samples.altered] >= 1).mean() > 0.6


def test_the_file_that_comes_with_the_package_was_made_by_this() -> None:
    numbers = json.loads(ALTERATION_FILE.read_text())

    assert min(numbers["weight"]) >= 0
    assert numbers["margins"] == sorted(numbers["margins"])
    assert numbers["scores"] == sorted(numbers["scores"])
    assert numbers["scores"][-1] == 4
