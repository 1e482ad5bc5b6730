"""The compatibility check of `make lint`, run on changed copies of the contracts."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROTOS = Path(__file__).parents[2] / "protos"
JOBS = "passport/printer/v1/jobs.proto"


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """A copy of the contracts, frozen as they are."""
    copy = tmp_path / "protos"
    shutil.copytree(PROTOS, copy, ignore=shutil.ignore_patterns("gen"))
    assert run(copy / "freeze.sh").returncode == 0
    return copy


def run(script: Path) -> "subprocess.CompletedProcess[str]":
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [script],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def replace(file: Path, old: str, new: str) -> None:
    text, count = re.subn(old, new, file.read_text(encoding="utf-8"))
    assert count == 1
    file.write_text(text, encoding="utf-8")


def test_the_contracts_are_compatible_with_the_frozen_ones() -> None:
    answer = run(PROTOS / "check-compatibility.sh")

    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            r"\n  bool passed = 5;",
            "",
            '"passed" on message "RecordQualityCheckRequest" was deleted',
        ),
        (r"bool passed = 5", "string passed = 5", 'changed type from "bool" to "string"'),
        (r"bool passed = 5", "bool passed = 99", '"passed" on message'),
        (r"ATTEMPT_OUTCOME_SPOILED = 2", "ATTEMPT_OUTCOME_RUINED = 2", "ATTEMPT_OUTCOME_SPOILED"),
        (r"\n  rpc CancelPrintJob\(.*\n", "\n", '"CancelPrintJob"'),
    ],
)
def test_an_incompatible_change_is_refused(
    contracts: Path, old: str, new: str, complaint: str
) -> None:
    replace(contracts / JOBS, old, new)

    answer = run(contracts / "check-compatibility.sh")

    assert answer.returncode == 1
    assert complaint in answer.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"bool passed = 5;", "bool passed = 5;\n  // More.\n  string further = 99;"),
        (r"// The operator found the book good\.", "// Another comment."),
    ],
)
def test_a_compatible_change_is_accepted(contracts: Path, old: str, new: str) -> None:
    replace(contracts / JOBS, old, new)

    assert run(contracts / "check-compatibility.sh").returncode == 0


def test_freezing_again_accepts_a_change(contracts: Path) -> None:
    replace(contracts / JOBS, r"\n  bool passed = 5;", "")

    assert run(contracts / "freeze.sh").returncode == 0
    assert run(contracts / "check-compatibility.sh").returncode == 0
