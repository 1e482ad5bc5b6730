"""Command line of the issuance service."""

import argparse
from collections.abc import Sequence

from servicekit.process.command_line import add_command, explained_failure
from servicekit.storage.backup_command import add_backup_command

from issuance import replay, service_commands, states_page
from issuance.config import IssuanceSettings


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit with 2 and one line on stderr when it cannot be done."""
    options = _parser().parse_args(arguments)
    with explained_failure("issuance", options.command):
        options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="issuance", description="Workflow of an application.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("replay", help="compute the collection schedule of a scenario")
    replay.add_arguments(command)
    command.set_defaults(run=replay.run)
    command = commands.add_parser("states", help="print the page of states and transitions")
    states_page.add_arguments(command)
    command.set_defaults(run=states_page.run)
    add_command(commands, "serve", "serve until SIGTERM", service_commands.serve)
    add_command(
        commands, "migrate", "bring the database to the newest schema", service_commands.migrate
    )
    add_backup_command(commands, IssuanceSettings.load)
    restored = add_command(
        commands, "restored", "print nothing twice, after a restore together with printers",
        service_commands.restored,
    )  # fmt: skip
    service_commands.add_offices(restored)
    return parser


if __name__ == "__main__":
    main()
