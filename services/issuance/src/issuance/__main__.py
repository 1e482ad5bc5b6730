"""Command line of the issuance service."""

import argparse
from collections.abc import Sequence

from servicekit.process.command_failure import explained_failure

from issuance import replay, service_commands, states_page


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
    command = commands.add_parser("serve", help="serve until SIGTERM")
    service_commands.add_arguments(command)
    command.set_defaults(run=service_commands.serve)
    command = commands.add_parser("migrate", help="migrate the database to the newest schema")
    service_commands.add_arguments(command)
    command.set_defaults(run=service_commands.migrate_database)
    command = commands.add_parser("backup", help="copy the database while the service runs")
    service_commands.add_arguments(command)
    service_commands.add_backup_target(command)
    command.set_defaults(run=service_commands.back_up_database)
    command = commands.add_parser(
        "restored", help="print nothing twice after a restore together with printers"
    )
    service_commands.add_arguments(command)
    service_commands.add_offices(command)
    command.set_defaults(run=service_commands.restored)
    return parser


if __name__ == "__main__":
    main()
