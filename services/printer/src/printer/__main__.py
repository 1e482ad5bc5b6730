"""Command line: `printer serve`, `migrate`, `backup`, `restored` and `simulated-printer`."""

import argparse
import asyncio
from pathlib import Path

from servicekit.process.command_failure import explained_failure

from printer.simulated_printer import command_line as simulated_printer


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exit with 2 and one line on stderr when it cannot be done."""
    options = _parser().parse_args(arguments)
    with explained_failure("printer", options.command):
        options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="printer", description="Printer control of one office.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run, description in (
        ("serve", _serve, "migrate the database, then serve an office until SIGTERM"),
        ("migrate", _migrate, "bring the database to the newest schema"),
        ("restored", _restored, "print nothing until persons release it, after a restore"),
    ):
        command = commands.add_parser(name, help=description)
        command.add_argument("--config", type=Path, help="TOML file (default: environment only)")
        command.set_defaults(run=run)
    backup = commands.add_parser("backup", help="copy the database while the service runs")
    backup.add_argument("--config", type=Path, help="TOML file (default: environment only)")
    backup.add_argument(
        "--to", type=Path, metavar="FILE", required=True, help="file that does not exist yet"
    )
    backup.set_defaults(run=_back_up)
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


def _back_up(options: argparse.Namespace) -> None:
    from servicekit.storage.backup import back_up

    from printer.config import PrinterSettings

    # Not migrated: a backup changes nothing.
    size = back_up(PrinterSettings.load(options.config).database_url, options.to)
    print(f"{options.to} has {size} bytes")


def _restored(options: argparse.Namespace) -> None:
    from printer import bootstrap

    asyncio.run(bootstrap.restored(bootstrap.prepare(options.config)))


if __name__ == "__main__":
    main()
