"""Start `printer` commands quickly: import everything once, then fork a process for each.

Run as a script by process.py. Reads JSON lines {"arguments": [...], "output": <pipe>} and answers
{"pid": n}; writes {"pid": n, "status": s} when a process has ended, s as `subprocess` counts:
negative for a signal.
"""

import json
import os
import select
import signal
import sys

import printer.bootstrap  # noqa: F401  imported for the children
from printer.__main__ import main

_POLL_SECONDS = 0.02


def fork(arguments: list[str], output: str) -> int:
    """Fork a process that runs the command, its output in the named pipe; return its pid."""
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


def report_ended() -> None:
    """Write the status of every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        write({"pid": pid, "status": os.waitstatus_to_exitcode(status)})


def write(message: dict[str, int]) -> None:
    """Write a message as one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def run() -> None:
    """Fork what is asked for until stdin ends."""
    while True:
        readable, _, _ = select.select([0], [], [], _POLL_SECONDS)
        report_ended()
        if readable:
            line = sys.stdin.readline()
            if not line:
                return
            write({"pid": fork(**json.loads(line))})


if __name__ == "__main__":
    run()
