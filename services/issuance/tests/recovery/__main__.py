"""Command line: ``python -m services.issuance.tests.recovery --seed 1``."""

import argparse
import json
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from .chart import draw
from .run import recover


def main() -> int:
    """Run the command line; return its exit status, as described in ``--help``."""
    options = _parser().parse_args()
    # The service complains of what is done to it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

    def report(done: int, seconds: float) -> None:
        end = "\n" if done == options.waiting else ""
        sys.stderr.write(f"\r{done:,} of {options.waiting:,} identified, {seconds:,.0f} s{end}")
        sys.stderr.flush()

    with TemporaryDirectory(prefix="recovery-") as folder:
        recovery = recover(Path(folder), options.waiting, options.granted, options.seed, report)
    figures = recovery.figures() | {"seed": options.seed}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    draw(recovery, options.output.with_suffix(".svg"))
    sys.stdout.write(f"{json.dumps(figures)}\n")
    return 0 if figures["lost"] == figures["doubled"] == 0 else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.issuance.tests.recovery",
        description="After six days without the matcher applicants wait for it. It comes back, and "
        "fails twice more. The service's own workers, over a SQLite database and in virtual time, "
        "identify everybody with a modelled matcher.",
        epilog="Exit status: 0 if nobody was lost and no encounter was stored twice; else 1. "
        "Database work takes no virtual time.",
    )
    parser.add_argument("--seed", type=int, default=1, help="of what is random (default: 1)")
    parser.add_argument(
        "--waiting", type=int, default=83_070, help="applicants who wait (default: 83,070)"
    )
    parser.add_argument(
        "--granted",
        type=float,
        default=25.0,
        help="identifications a second that the matcher is good for (default: 25)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("build/recovery.json"),
        help="file of the figures; the chart lies beside it (default: build/recovery.json)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
