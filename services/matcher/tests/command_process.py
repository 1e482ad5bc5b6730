"""Commands of the matcher as processes of their own, forked from one that has its libraries."""

import os
import sys
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from matcher.__main__ import main

from services.forked_processes import FORKED


def run_command(*arguments: object, cwd: Path, seconds: float = 400.0) -> CompletedProcess[str]:
    """Run `matcher` with these arguments in a folder; return its exit code and what it said.

    It is killed after so many seconds.
    """
    given = [str(each) for each in arguments]
    with TemporaryDirectory() as folder:
        out, error = Path(folder, "out"), Path(folder, "error")
        process = FORKED.Process(target=_command, args=(given, cwd, out, error))
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        assert process.exitcode is not None
        return CompletedProcess(given, process.exitcode, out.read_text(), error.read_text())


def _command(arguments: list[str], cwd: Path, out: Path, error: Path) -> None:
    for stream, file in ((sys.stdout, out), (sys.stderr, error)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), stream.fileno())
    os.chdir(cwd)
    main(arguments)
