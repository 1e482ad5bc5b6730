"""Command line: `printer serve`, `printer migrate`, `printer machine`."""

import argparse
from collections.abc import Callable

from printer.machine import command as machine


def main(arguments: list[str] | None = None) -> None:
    """Run the command; exits with 2 and one line on stderr when it cannot be done."""
    parser = argparse.ArgumentParser(prog="printer", description="Printing of an office.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    simulated = commands.add_parser("machine", help="be a simulated IPP machine")
    machine.add_arguments(simulated)
    simulated.set_defaults(run=machine.run)
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(130)


if __name__ == "__main__":
    main()
