"""PostgreSQL servers of a test's own, where the programs are installed."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USER = "postgres"
_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def programs() -> Path | None:
    """The folder of the server's programs; None if they are not installed, or cannot be run."""
    found = shutil.which("initdb")
    folder = Path(found).resolve().parent if found else next(iter(_FOLDERS[-1:]), None)
    return folder if os.geteuid() or shutil.which("runuser") else None


class PostgresqlServer:
    """A server over a folder. Every connection from this machine is trusted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self) -> None:
        """Make an empty database cluster."""
        _run("initdb", "-D", self.folder, "-U", _USER, "-A", "trust", "--no-sync")

    def copy_from(self, port: int) -> None:
        """Become a standby of the server at a port: a copy of its present state, not started."""
        _run("pg_basebackup", "-D", self.folder, "-h", "127.0.0.1", "-p", port, "-U", _USER,
             "-R", "--no-sync", "--checkpoint=fast")  # fmt: skip

    def start(self, port: int) -> None:
        """Start and wait until it accepts connections."""
        options = f"-p {port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
        log = self.folder.with_suffix(".log")
        _run("pg_ctl", "-D", self.folder, "-w", "-o", options, "-l", log, "start")

    def promote(self) -> None:
        """Make a standby a primary."""
        _run("pg_ctl", "-D", self.folder, "-w", "promote")

    def stop(self) -> None:
        """End it without a warning."""
        _run("pg_ctl", "-D", self.folder, "-m", "immediate", "stop")

    def execute(self, port: int, *statements: str) -> None:
        """Run statements as the superuser."""
        for statement in statements:
            _run("psql", "-h", "127.0.0.1", "-p", port, "-U", _USER, "-qc", statement)


@contextmanager
def servers() -> Iterator[tuple[PostgresqlServer, PostgresqlServer]]:
    """Two servers in folders of their own, which are ended and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if not os.geteuid():
        shutil.chown(folder, _USER)
    pair = PostgresqlServer(folder / "first"), PostgresqlServer(folder / "second")
    try:
        yield pair
    finally:
        for server in pair:
            if (server.folder / "postmaster.pid").exists():
                server.stop()
        shutil.rmtree(folder)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _run(program: str, *arguments: object) -> None:
    folder = programs()
    assert folder is not None
    path = folder / program
    command = [str(path if path.exists() else program), *map(str, arguments)]
    if not os.geteuid():  # which PostgreSQL refuses to run as
        command = ["runuser", "-u", _USER, "--", *command]
    # A started server inherits the output: to a pipe, it would never end.
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)
