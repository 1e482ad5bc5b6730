"""What the tests of the command share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Replay = Callable[[Any], tuple[int, Path]]
"""Runs the command on a scenario, an object or raw text; gives exit code and path of the output."""

Scenario = dict[str, Any]
