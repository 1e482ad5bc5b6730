"""`issuance replay`: when each applicant of a scenario gets the book, by the service's planner."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from issuance.domain.plan import plan
from issuance.domain.schedule import Row, schedule
from issuance.domain.words import day_text
from issuance.scenario import Scenario
from issuance.scenario_file import BadScenario, read

DESCRIPTION = """\
Compute the collection schedule of an office from its arrivals, print capacity and an outage,
by the very planning code of the service. docs/replay.md explains every field."""
LARGEST = 10_000_000
"""Bytes of a scenario file; five years of arrivals are some 50,000."""
EPILOG = "example: issuance replay docs/examples/banjarmasin-2018.json --out build/plan.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the subcommand to the command line."""
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("scenario", type=Path, metavar="SCENARIO.json", help="what happened (JSON)")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PLAN.json",
        help="where the schedule is written; left alone if anything is wrong",
    )


def run(args: argparse.Namespace) -> int:
    """Replay one scenario. Returns 0, or 2 with one line on stderr and nothing written."""
    try:
        rows = replay(read(_content(args.scenario)))
        _write(args.out, args.scenario, rows)
    except (BadScenario, OSError) as error:
        print(f"issuance replay: {_printable(str(error))}", file=sys.stderr)
        return 2
    print(table(rows))
    return 0


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadScenario(
            f"scenario: {path} has more than {LARGEST:,} bytes; no scenario needs them"
        )
    return content


def replay(scenario: Scenario) -> list[Row]:
    """The collection schedule. Raises BadScenario where someone would wait beyond the horizon."""
    rows = schedule(plan(scenario.waiting(), scenario.room(), scenario.first_day).entries)
    late = sum(row.count for row in rows if row.collect is None)
    if late:
        raise BadScenario(
            f"arrivals: {late} people would wait more than ten years; "
            "give more capacity or an earlier end of the outage"
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    """The schedule for human eyes."""
    lines = [f"{'applied':<29}{'collect':<29}{'people':>7}"]
    for row in rows:
        collect = day_text(row.collect).en if row.collect else "not known"
        lines.append(f"{day_text(row.applied).en:<29}{collect:<29}{row.count:>7}")
    return "\n".join([*lines, f"{'in all':<58}{sum(row.count for row in rows):>7}"])


def _write(out: Path, scenario: Path, rows: Sequence[Row]) -> None:
    target = out.resolve()
    if not target.parent.is_dir():
        raise BadScenario(f"--out: there is no folder {target.parent}; make it first")
    if target == scenario.resolve() or (target.exists() and not target.is_file()):
        raise BadScenario(f"--out: {out} is not a file to write a plan to; give another path")
    content = {
        "schedule": [
            {"applied": str(row.applied), "collect": str(row.collect), "count": row.count}
            for row in rows
        ]
    }
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
