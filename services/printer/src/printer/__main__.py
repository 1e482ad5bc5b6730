"""Command line: `printer serve`, `printer migrate`, `printer machine`."""

import argparse
import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path

from printer.machine import command as machine


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
    # Imported here: a simulated machine must not have to load the service.
    from printer import bootstrap

    settings = bootstrap.prepare(options.config)
    asyncio.run(bootstrap.serve(settings))


def _migrate(options: argparse.Namespace) -> None:
    from printer import bootstrap

    bootstrap.prepare(options.config)


if __name__ == "__main__":
    main()
