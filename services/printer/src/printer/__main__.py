"""Command line: `printer serve`, `printer migrate`, `printer machine`."""

import argparse
import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path

from servicekit.database import migrate

from printer import bootstrap
from printer.config import PrinterSettings
from printer.machine import command as machine
from printer.store.records import MIGRATIONS


def main(arguments: list[str] | None = None) -> None:
    """Run the command; exits with 2 and one line on stderr when it cannot be done."""
    parser = _parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except (OSError, ValueError, tomllib.TOMLDecodeError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="printer", description="Printing of an office.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, words in (
        ("serve", _serve, "serve an office until SIGTERM; migrates its database first"),
        ("migrate", _migrate, "bring the database to the newest schema"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--config", type=Path, help="TOML file (default: environment only)")
        command.set_defaults(run=run)
    simulated = commands.add_parser("machine", help="be a simulated IPP machine")
    machine.add_arguments(simulated)
    simulated.set_defaults(run=machine.run)
    return parser


def _serve(options: argparse.Namespace) -> None:
    settings = PrinterSettings.load(options.config)
    migrate(settings.database_url, MIGRATIONS)
    asyncio.run(bootstrap.serve(settings))


def _migrate(options: argparse.Namespace) -> None:
    migrate(PrinterSettings.load(options.config).database_url, MIGRATIONS)


if __name__ == "__main__":
    main()
