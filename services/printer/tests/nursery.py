"""Starts `printer` commands quickly: imports everything once, then forks a process for each.

Run as a script. Reads JSON lines {"arguments": [...], "output": <pipe>} and answers {"pid": n};
tells {"pid": n, "status": s} when one ends, s as `subprocess` counts: negative for a signal.
"""

import json
import os
import select
import signal
import sys

import printer.bootstrap  # noqa: F401  imported for the children
from printer.__main__ import main

_LOOK_SECONDS = 0.02


def bear(arguments: list[str], output: str) -> int:
    """Fork a process that runs the command, its output in the named pipe; answers its pid."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.dup2(os.open(output, os.O_WRONLY), 1)
        status = 1
        try:
            main(arguments)
            status = 0
        finally:
            os._exit(status)
    return pid


def bury() -> None:
    """Tell of every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        tell({"pid": pid, "status": os.waitstatus_to_exitcode(status)})


def tell(message: dict[str, int]) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def run() -> None:
    """Serve until stdin ends."""
    while True:
        readable, _, _ = select.select([0], [], [], _LOOK_SECONDS)
        bury()
        if readable:
            line = sys.stdin.readline()
            if not line:
                return
            tell({"pid": bear(**json.loads(line))})


if __name__ == "__main__":
    run()
