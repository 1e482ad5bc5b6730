"""A small country that stays, for looking around in it."""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from harness.configuration import Wishes
from harness.country import Country
from harness.fortnight import ZONE
from harness.people import ADMINISTRATOR, EXAMINERS, OFFICERS, OPERATOR, SUPERVISOR


async def up(directory: Path) -> int:
    """Start a country whose clock shows the real time of now, and keep it until a signal."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Country(directory, Wishes(books_per_minute=60.0), datetime.now(UTC)) as country:
        sys.stdout.write(_description(country))
        sys.stdout.flush()
        while not stop.is_set():
            country.set_clock(datetime.now(ZONE))
            try:
                await asyncio.wait_for(stop.wait(), timeout=1.0)
            except TimeoutError:
                continue
    return 0


def _description(country: Country) -> str:
    lines = [f"{name:<10}{address}" for name, address in country.addresses.items()]
    lines += [f"{name:<10}ipp://{address}/ipp/print" for name, address in country.machines.items()]
    lines.append(f"authority {country.layout.pki / 'authority.pem'}")
    for who in (*OFFICERS, SUPERVISOR, *EXAMINERS, OPERATOR, ADMINISTRATOR):
        files = country.people.tls(who)
        lines.append(f"{who.role:<14} {who.office:<9} {files.certificate} {files.private_key}")
    return "\n".join([*lines, "Ctrl-C ends it.", ""])
