"""What the tests of the command share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from issuance.__main__ import main

Replay = Callable[[Any], tuple[int, Path]]
"""Runs the command on a scenario, an object or raw text; gives exit code and path of the output."""

Scenario = dict[str, Any]


def status(*arguments: object) -> int:
    """Run a command of issuance and return its exit status."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
