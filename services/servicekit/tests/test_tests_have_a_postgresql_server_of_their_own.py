"""A command gets a PostgreSQL server of its own, which is gone afterwards, also if interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.databases import execute

ROOT = Path(__file__).parents[3]
TELL = "import os, sys; print(os.environ['POSTGRESQL_TEST_URL'], flush=True); sys.stdin.read(); "


def _start(program: str, url: str = "") -> subprocess.Popen[str]:
    """Run a Python program with a server; it ends when its input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "services.postgresql_server", sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"POSTGRESQL_TEST_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _told(started: subprocess.Popen[str]) -> tuple[str, Path]:
    assert started.stdout is not None
    url = started.stdout.readline().strip()
    ((folder,),) = execute(url, "SHOW data_directory")
    assert (Path(folder) / "postmaster.pid").exists()
    return url, Path(folder)


def _is_gone(url: str, folder: Path) -> bool:
    with pytest.raises(ConnectionRefusedError):
        execute(url, "SELECT 1")
    return not folder.parent.exists()


def test_it_ends_with_the_command_whose_status_is_told() -> None:
    started = _start(TELL + "sys.exit(3)")
    url, folder = _told(started)

    started.communicate("")

    assert started.returncode == 3
    assert _is_gone(url, folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_when_interrupted(number: signal.Signals) -> None:
    started = _start(TELL)
    url, folder = _told(started)

    started.send_signal(number)
    started.communicate("")

    assert _is_gone(url, folder)


def test_a_server_that_is_named_is_used() -> None:
    started = _start(TELL, url="postgresql+asyncpg://somebody@server/named")

    told, _ = started.communicate("")

    assert told == "postgresql+asyncpg://somebody@server/named\n"
