"""`issuance states`: print the page docs/issuance-states.md from the table of transitions."""

import argparse

from issuance.domain.states_diagram import render_page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the description of the subcommand; it takes no arguments."""
    parser.description = "Print docs/issuance-states.md, drawn from the table of transitions."


def run(args: argparse.Namespace) -> int:
    """Print the page; return 0."""
    print(render_page(), end="")
    return 0
