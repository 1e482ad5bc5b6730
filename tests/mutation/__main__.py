"""Mutation testing of a service: change its rules one at a time and see which changes tests notice.

Run from the root of the repository: ``python -m tests.mutation printer --sample 20 --seed 1``.
"""

import argparse
import json
import sys
from pathlib import Path

from .run import TestsFail, run
from .targets import target_for
from .workspace import copy_of

SERVICES = ("matcher", "issuance", "printer", "servicekit")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status, as described in ``--help``."""
    options = _parser().parse_args(arguments)
    root = options.root.resolve()
    try:
        with copy_of(root) as workspace:
            result = run(
                workspace,
                target_for(options.service, root),
                sample=options.sample,
                seed=options.seed,
                minutes=options.minutes,
                report=_report,
            )
    except TestsFail as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _report(json.dumps({"service": options.service, "seed": options.seed, **result.summary()}))
    return 0 if result.is_sufficient else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation",
        description="Change the rules of a service one line at a time, in a temporary copy of the "
        "repository, and run the tests that call the changed function. A change that no test "
        "notices shows a rule without a test. The last line of the output is a summary in JSON.",
        epilog="Exit status: 0 if at least 19 of 20 changes were noticed, 1 if fewer were, 2 if "
        "the tests fail without any change. Run it on a computer that is not busy: a test that "
        "fails because of a timeout counts as having noticed (by_time_limit). For code that runs "
        "on PostgreSQL only set POSTGRESQL_TEST_URL, as for make test-postgresql.",
    )
    parser.add_argument("service", choices=SERVICES, help="service whose rules are changed")
    parser.add_argument(
        "--sample", type=int, default=20, help="number of changes, chosen at random (default: 20)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the random choice (default: 1)"
    )
    parser.add_argument(
        "--minutes", type=float, default=60, help="begin no change after this time (default: 60)"
    )
    parser.add_argument(
        "--root", type=Path, default=Path.cwd(), help="repository (default: working directory)"
    )
    return parser


def _report(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
