"""A small country that stays, for looking around in it."""

import asyncio
import signal
import sys
from pathlib import Path

from harness.configuration import CountryOptions, Layout
from harness.country import Country
from harness.identities import ADMINISTRATOR, EXAMINERS, OFFICERS, OPERATORS, SUPERVISOR
from harness.keep_running import keep_running
from harness.office import Office
from harness.process import refuse_taken
from harness.stopped_services import StoppedServices

PORTS = (7101, 7201, 7301)
"""Of matcher, issuance and printer: those of the examples in docs/."""


async def up(directory: Path, pki: Path) -> None:
    """Start a country on real time and keep it until a signal; start again what ended by itself.

    Raises PortTaken, and Died when a process ends again and again.
    """
    refuse_taken(PORTS)  # before anything of a country that may be running is removed
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _print("Starting: half a minute, at first several, since the matcher compiles its code.")
    options = CountryOptions(books_per_minute=60.0, ports=PORTS)
    async with Country(Layout.fresh(directory, pki), options) as country:
        await Office(country, 0, []).open_print_room()
        _print(_description(country))
        stopped = StoppedServices(country.layout.root)
        keeping = asyncio.create_task(
            keep_running(country.processes, country.restart, _print, stopped)
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([keeping, stopping], return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            await keeping
        keeping.cancel()


def _description(country: Country) -> str:
    lines = [
        f"{name:<10}{address}  process {country.processes[name].pid}"
        for name, address in country.addresses.items()
    ]
    lines += [f"{name:<10}ipp://{address}/ipp/print" for name, address in country.machines.items()]
    lines.append(f"authority {country.layout.pki / 'authority.pem'}")
    for who in (*OFFICERS, SUPERVISOR, *EXAMINERS, *OPERATORS, ADMINISTRATOR):
        lines.append(f"{who.role:<14} {who.office:<9} {country.clients.tls(who).certificate}")
    lines += [
        "Keys lie beside the certificates.",
        f"logs      {country.layout.logs}",
        f"trays     {country.layout.machines}/*/tray, one PDF a printed book",
        "A service that ends is started again: try kill -9 and the number of its process.",
        "Ctrl-C ends all.",
    ]
    return "\n".join(lines)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
