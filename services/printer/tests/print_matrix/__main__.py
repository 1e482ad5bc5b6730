"""Command line: ``python -m services.printer.tests.print_matrix --seed 1``."""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

import structlog

from .guards import Guard, without
from .matrix import run_matrix
from .report import summary, table


def main() -> int:
    """Run the command line; return its exit status, as described in ``--help``."""
    options = _parser().parse_args()
    # The service complains of what the matrix does to it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    guard = Guard[options.without.replace("-", "_").upper()] if options.without else None
    with without(guard):
        results = asyncio.run(run_matrix(options.seed, options.runs, _show_progress))
    found = summary(results) | {"seed": options.seed, "without": options.without}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=2) + "\n")
    sys.stdout.write(f"{table(results)}\n{json.dumps(found)}\n")
    return 0 if found["two_books"] == found["unnoticed"] == found["stuck"] == 0 else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.printer.tests.print_matrix",
        description="Print one passport again and again, each time disturbed at another moment: "
        "before or after each write to the database and each call of a machine. Truth is what "
        "the machines' ledgers say.",
        epilog="Exit status: 0 if no passport was printed twice, no printed book went unnoticed "
        "and every job came to its end; else 1.",
    )
    parser.add_argument("--seed", type=int, default=1, help="of what is random (default: 1)")
    parser.add_argument("--runs", type=int, default=5, help="of each cell (default: 5)")
    parser.add_argument(
        "--without",
        choices=[guard.name.lower().replace("_", "-") for guard in Guard],
        help="switch a guard off, to see that it is needed",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("build/print-matrix.json"),
        help="file of the figures (default: build/print-matrix.json)",
    )
    return parser


def _show_progress(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done} of {of} runs{'' if done < of else chr(10)}")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
