"""Decoder processes, seen and disturbed from outside."""

import array
import fcntl
import os
import signal
import termios
import time
from pathlib import Path

TIMEOUT_SECONDS = 60.0


def decoder_pids(parent: int) -> list[int]:
    """Return the decoder processes of a process."""
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    children = {int(pid) for task in tasks for pid in task.read_text().split()}
    return sorted(
        pid
        for pid in children
        if b"matcher.image.decoder_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


def pause(pid: int) -> None:
    """Stop a process, so that it leaves unread what it is asked next."""
    os.kill(pid, signal.SIGSTOP)


def kill_when_asked(pid: int) -> None:
    """Kill a paused process once it has been sent a file."""
    unread = array.array("i", [0])
    end = time.monotonic() + TIMEOUT_SECONDS
    with Path(f"/proc/{pid}/fd/0").open("rb") as requests:
        while not unread[0]:
            assert time.monotonic() < end, "it was not asked"
            fcntl.ioctl(requests, termios.FIONREAD, unread)
            time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)


def wait_until_gone(pid: int) -> None:
    """Wait until a process has ended."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end, "it did not end"
        time.sleep(0.005)
