"""Machines that the contract suite runs against: ours, and CUPS' `ippeveprinter`."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

import aiohttp
from printer.domain.printer_client import MachineUnavailable
from printer.ipp.client import IppPrinterClient
from servicekit.security.development_certificates import issue_certificate

from ..simulated_machine import SimulatedMachine  # noqa: TID252

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/>
<allow own="*"/><allow user="*"/></policy></busconfig>
"""
_AVAHI = "[server]\nuse-ipv6=no\nallow-interfaces=lo\nenable-dbus=yes\n"


class SwitchableMachine(Protocol):
    """A machine that can be switched on and off."""

    @property
    def uri(self) -> str:
        """Its address."""
        ...

    @property
    def certificate_sha256(self) -> bytes | None:
        """SHA-256 of the certificate that it shows; None if it speaks ipp."""
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

    @property
    def certificate_sha256(self) -> None:
        """No certificate: it speaks ipp."""

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
    async with _switched_on(SimulatedMachine("M1", folder, books_per_minute=200.0)) as machine:
        yield machine


@asynccontextmanager
async def simulated_machine_over_tls(folder: Path) -> AsyncIterator[SwitchableMachine]:
    """Our simulated machine, speaking ipps."""
    tls = issue_certificate(folder / "pki", office="BJM", service="machine-m1")
    machine = SimulatedMachine("M1", folder, books_per_minute=200.0, tls=tls)
    async with _switched_on(machine):
        yield machine


@asynccontextmanager
async def _switched_on(machine: SimulatedMachine) -> AsyncIterator[SimulatedMachine]:
    try:
        await machine.start()
        yield machine
    finally:
        await machine.stop()


@asynccontextmanager
async def ippeveprinter(folder: Path) -> AsyncIterator[SwitchableMachine]:
    """CUPS' ippeveprinter; needs cups-ipp-utils, dbus and avahi-daemon."""
    machine = IppEvePrinter(folder)
    try:
        machine.announce()
        await machine.start()
        yield machine
    finally:
        machine.close()


async def _await_answer(uri: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        while True:
            with suppress(MachineUnavailable):
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
