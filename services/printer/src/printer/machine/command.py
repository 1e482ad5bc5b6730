"""Command line of the simulated machine."""

import argparse
import asyncio
import signal
from contextlib import suppress
from pathlib import Path

from printer.machine.engine import Engine
from printer.machine.faults import Faults
from printer.machine.ledger import Ledger
from printer.machine.server import MachineServer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give `parser` what a machine can be told."""
    parser.add_argument(
        "--listen", default="127.0.0.1:0", help="host:port; port 0 takes a free one"
    )
    parser.add_argument("--name", default="M1", help="makes the printer-uuid")
    parser.add_argument("--ledger", type=Path, required=True, help="JSON lines, one a book")
    parser.add_argument("--tray", type=Path, help="folder of pages (default: beside the ledger)")
    parser.add_argument("--books-per-minute", type=float, default=60.0)
    parser.add_argument("--faults", default="", help="for instance jam@3,crash-after@7")
    parser.add_argument("--fault-seconds", type=float, default=2.0, help="until set right again")
    parser.add_argument(
        "--running-for",
        type=int,
        default=0,
        help="seconds it pretends to be on already; never for a restart, that would be a lie",
    )


def run(options: argparse.Namespace) -> None:
    """Be a machine until SIGTERM. Raises ValueError for a speed or plan that cannot be."""
    if options.books_per_minute <= 0:
        raise ValueError("--books-per-minute must be positive")
    ledger_file: Path = options.ledger
    engine = Engine(
        ledger=Ledger(ledger_file, options.tray or ledger_file.with_name("tray")),
        faults=Faults(options.faults, ledger_file.with_suffix(".documents")),
        book_seconds=60.0 / options.books_per_minute,
        fault_seconds=options.fault_seconds,
        running_for=options.running_for,
    )
    host, _, port = options.listen.rpartition(":")
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(MachineServer(engine, options.name), host, int(port)))


async def _serve(server: MachineServer, host: str, port: int) -> None:
    serving = asyncio.current_task()
    assert serving is not None  # noqa: S101  a coroutine always runs in a task
    # With this the loop is woken by every signal; otherwise one that comes just before it sleeps,
    # SIGINT too, is seen only when something else wakes it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    await server.serve(host, port)
