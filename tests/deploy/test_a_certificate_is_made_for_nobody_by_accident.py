"""`make cert` and `make grpcurl` take the user from their command line, never the login's name."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(target: str, pki: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["make", "--silent", target, f"PKI={pki}", *arguments]
    environment = {**os.environ, "USER": "root"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("target", "argument"), [("cert", "ROLE=officer"), ("grpcurl", "ARGS=localhost:1 list")]
)
def test_the_login_is_not_the_user(tmp_path: Path, target: str, argument: str) -> None:
    refused = make(target, tmp_path, "OFFICE=BJM", argument)

    assert refused.returncode == 2
    assert "USER=" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_role_gets_no_certificate(tmp_path: Path) -> None:
    refused = make("cert", tmp_path, "OFFICE=BJM", "USER=siti", "ROLE=oficer")

    assert refused.returncode == 2
    assert "no person has the role oficer" in refused.stderr
    assert list(tmp_path.iterdir()) == []
