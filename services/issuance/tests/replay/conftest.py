import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from issuance.__main__ import main

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "banjarmasin-2018.json"

Replay = Callable[[Any], tuple[int, Path]]


@pytest.fixture
def banjarmasin() -> dict[str, Any]:
    """The documented example, to be changed at will."""
    return json.loads(EXAMPLE.read_text(encoding="utf-8"))


@pytest.fixture
def replay(tmp_path) -> Replay:
    """Runs the command on a scenario (an object, or raw text); gives exit code and output path."""

    def run(scenario: Any) -> tuple[int, Path]:
        path, out = tmp_path / "scenario.json", tmp_path / "plan.json"
        raw = scenario if isinstance(scenario, bytes) else json.dumps(scenario).encode()
        path.write_bytes(raw)
        return main(["replay", str(path), "--out", str(out)]), out

    return run
