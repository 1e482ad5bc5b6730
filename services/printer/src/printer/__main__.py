"""Command line: `printer serve`, `migrate`, `backup`, `restored` and `simulated-printer`."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from servicekit.process.command_line import add_command, explained_failure
from servicekit.storage.backup_command import add_backup_command

from printer.simulated_printer import command_line as simulated_printer

if TYPE_CHECKING:
    from servicekit.process.settings import ServiceSettings


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exit with 2 and one line on stderr when it cannot be done."""
    options = _parser().parse_args(arguments)
    with explained_failure("printer", options.command):
        options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="printer", description="Printer control of one office.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run, text in (
        ("serve", _serve, "migrate the database, then serve an office until SIGTERM"),
        ("migrate", _migrate, "bring the database to the newest schema"),
        ("restored", _restored, "print nothing until persons release it, after a restore"),
    ):
        add_command(commands, name, text, run)
    add_backup_command(commands, _settings)
    simulated = commands.add_parser("simulated-printer", help="run a simulated IPP printer")
    simulated_printer.add_arguments(simulated)
    simulated.set_defaults(run=simulated_printer.run)
    return parser


def _serve(options: argparse.Namespace) -> None:
    # Imported here: a simulated printer must not have to load the service.
    from printer import bootstrap

    settings = bootstrap.prepare(options.config)
    asyncio.run(bootstrap.serve(settings))


def _migrate(options: argparse.Namespace) -> None:
    from printer import bootstrap

    bootstrap.prepare(options.config)


def _settings(config: Path | None) -> "ServiceSettings":
    from printer.config import PrinterSettings

    return PrinterSettings.load(config)


def _restored(options: argparse.Namespace) -> None:
    from printer import bootstrap

    asyncio.run(bootstrap.restored(bootstrap.prepare(options.config)))


if __name__ == "__main__":
    main()
