"""`issuance states`: print the page docs/issuance-states.md from the table of states."""

import argparse

from issuance.domain.diagram import page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the subcommand to the command line; it takes no arguments."""
    parser.description = "Print docs/issuance-states.md, drawn from the table of states."


def run(args: argparse.Namespace) -> int:
    """Print the page; always succeeds."""
    print(page(), end="")
    return 0
