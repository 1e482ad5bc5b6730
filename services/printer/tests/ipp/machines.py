"""Machines that the contract suite runs against: ours, and CUPS' `ippeveprinter` where it is."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import aiohttp
import pytest
from printer.domain.printer_client import RequestOutcomeUnknown
from printer.ipp.client import IppPrinterClient

from ..simulated_machine import SimulatedMachine  # noqa: TID252

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/>
<allow own="*"/><allow user="*"/></policy></busconfig>
"""
_AVAHI = "[server]\nuse-ipv6=no\nallow-interfaces=lo\nenable-dbus=yes\n"
_NEEDED = ("ippeveprinter", "dbus-daemon", "avahi-daemon")


class SwitchableMachine(Protocol):
    """A machine that can be switched on and off."""

    @property
    def uri(self) -> str:
        """Its address."""
        ...

    async def start(self) -> None:
        """Switch it on."""
        ...

    async def stop(self) -> None:
        """Switch it off without notice."""
        ...


class IppEvePrinter:
    """CUPS' example of an IPP Everywhere printer, with the DNS-SD it insists on kept private."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._stack = ExitStack()
        self._printer: subprocess.Popen[bytes] | None = None
        self._environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}"}

    @property
    def uri(self) -> str:
        """Its address."""
        return f"ipp://127.0.0.1:{self._port}/ipp/print"

    def announce(self) -> None:
        """Start the private bus and the private DNS-SD."""
        (self._folder / "bus.conf").write_text(_BUS.format(socket=self._folder / "bus"))
        (self._folder / "avahi.conf").write_text(_AVAHI)
        command = self._folder / "print.sh"
        command.write_text('#!/bin/sh\ncat "$1" >/dev/null\nsleep 0.3\n')
        command.chmod(0o755)
        self._spawn("dbus-daemon", f"--config-file={self._folder / 'bus.conf'}", "--nofork")
        _await_file(self._folder / "bus")
        self._spawn(
            "avahi-daemon", "-f", str(self._folder / "avahi.conf"),
            "--no-drop-root", "--no-chroot", "--no-rlimits",
        )  # fmt: skip

    async def start(self) -> None:
        """Switch it on."""
        (self._folder / "spool").mkdir(exist_ok=True)
        self._printer = self._spawn(
            "ippeveprinter", "-n", "localhost", "-p", str(self._port), "-r", "off",
            "-d", str(self._folder / "spool"), "-c", str(self._folder / "print.sh"),
            "-f", "application/pdf", "M1",
        )  # fmt: skip
        await _await_answer(self.uri)

    async def stop(self) -> None:
        """Switch it off without notice."""
        if self._printer is not None:
            self._printer.kill()
            await asyncio.to_thread(self._printer.wait)

    def close(self) -> None:
        """End everything."""
        self._stack.close()

    def _spawn(self, *command: str) -> subprocess.Popen[bytes]:
        null = subprocess.DEVNULL
        child = subprocess.Popen(command, env=self._environment, stdout=null, stderr=null)
        self._stack.callback(child.wait)
        self._stack.callback(child.kill)
        return child


@asynccontextmanager
async def simulated_machine(folder: Path) -> AsyncIterator[SwitchableMachine]:
    """Our simulated machine."""
    machine = SimulatedMachine("M1", folder, books_per_minute=200.0)
    try:
        await machine.start()
        yield machine
    finally:
        await machine.stop()


@asynccontextmanager
async def ippeveprinter(folder: Path) -> AsyncIterator[SwitchableMachine]:
    """CUPS' ippeveprinter; skips the test where it is not installed or cannot start."""
    missing = [program for program in _NEEDED if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    machine = IppEvePrinter(folder)
    try:
        with _skipping_what_cannot_start():
            machine.announce()
            await machine.start()
        yield machine
    finally:
        machine.close()


@contextmanager
def _skipping_what_cannot_start() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        pytest.skip(f"ippeveprinter does not start here: {error}")


async def _await_answer(uri: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        while True:
            with suppress(RequestOutcomeUnknown):
                await IppPrinterClient(session, uri, 1.0).get_status()
                return
            await asyncio.sleep(0.05)


def _await_file(path: Path) -> None:
    deadline = time.monotonic() + 10
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path} does not appear")
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
