"""Command line of the simulated printer: `printer simulated-printer`."""

import argparse
import asyncio
import signal
from contextlib import suppress
from pathlib import Path

from printer.simulated_printer.faults import FaultPlan
from printer.simulated_printer.ipp_server import IppServer, TlsServer
from printer.simulated_printer.ledger import Ledger
from printer.simulated_printer.print_engine import PrintEngine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a simulated printer to `parser`."""
    parser.add_argument(
        "--listen", default="127.0.0.1:0", help="host:port to serve IPP on; port 0 takes a free one"
    )
    parser.add_argument(
        "--tls-certificate", type=Path, help="PEM file; serves ipps instead of ipp, with --tls-key"
    )
    parser.add_argument("--tls-key", type=Path, help="PEM file with the certificate's private key")
    parser.add_argument("--name", default="M1", help="name; its printer-uuid is made from it")
    parser.add_argument(
        "--ledger", type=Path, required=True, help="file of JSON lines, one for each printed book"
    )
    parser.add_argument(
        "--tray", type=Path, help="folder of printed pages (default: beside the ledger)"
    )
    parser.add_argument("--books-per-minute", type=float, default=60.0, help="speed of printing")
    parser.add_argument(
        "--faults", default="", help="faults and the documents at which they strike: jam@3,cut@7"
    )
    parser.add_argument(
        "--fault-seconds", type=float, default=2.0, help="how long a jam or lack of ink lasts"
    )
    parser.add_argument(
        "--running-for",
        type=int,
        default=0,
        help="seconds added to its up-time; only for a first start, never for a restart, which it "
        "would hide",
    )


def run(options: argparse.Namespace) -> None:
    """Run the simulated printer until SIGTERM.

    Raises ValueError for a speed that is not positive, an unknown fault, or half of the files for
    TLS, and OSError for files that cannot be read or do not belong together.
    """
    tls = _tls(options.tls_certificate, options.tls_key)
    if options.books_per_minute <= 0:
        raise ValueError("--books-per-minute must be positive")
    ledger_file: Path = options.ledger
    engine = PrintEngine(
        ledger=Ledger(ledger_file, options.tray or ledger_file.with_name("tray")),
        faults=FaultPlan(options.faults, ledger_file.with_suffix(".documents")),
        book_seconds=60.0 / options.books_per_minute,
        fault_seconds=options.fault_seconds,
        running_for=options.running_for,
    )
    host, _, port = options.listen.rpartition(":")
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(IppServer(engine, options.name, tls), host, int(port)))


def _tls(certificate: Path | None, key: Path | None) -> TlsServer | None:
    match certificate, key:
        case None, None:
            return None
        case Path(), Path():
            return TlsServer(certificate, key)
    raise ValueError("--tls-certificate and --tls-key go together")


async def _serve(server: IppServer, host: str, port: int) -> None:
    serving = asyncio.current_task()
    assert serving is not None  # noqa: S101  a coroutine always runs in a task
    # With a handler the loop is woken by every signal. Without one, a signal that comes just
    # before the loop sleeps, SIGINT too, is noticed only when something else wakes it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    await server.serve(host, port)
