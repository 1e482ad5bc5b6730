"""`issuance states`: print the page docs/issuance-states.md from the table of transitions."""

import argparse

from issuance.domain.states_diagram import render_page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the description of the subcommand; it takes no arguments."""
    parser.description = "Print docs/issuance-states.md, drawn from the table of transitions."


def run(_options: argparse.Namespace) -> None:
    """Print the page."""
    print(render_page(), end="")
