import json
from pathlib import Path
from typing import Any

import pytest

from .running import Replay, Scenario, status

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "banjarmasin-2018.json"


@pytest.fixture
def banjarmasin() -> Scenario:
    """The documented example, to be changed at will."""
    scenario: Scenario = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return scenario


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    """Runs the command on a scenario (an object, or raw text); gives exit code and output path."""

    def run(scenario: Any) -> tuple[int, Path]:
        path, out = tmp_path / "scenario.json", tmp_path / "plan.json"
        raw = scenario if isinstance(scenario, bytes) else json.dumps(scenario).encode()
        path.write_bytes(raw)
        return status("replay", path, "--out", out), out

    return run
