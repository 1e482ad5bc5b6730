"""`issuance replay`: when each applicant of a scenario could collect the passport."""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from issuance.domain.collection_plan import plan_collections
from issuance.domain.collection_schedule import ScheduleRow, collection_schedule
from issuance.domain.formatting import format_day
from issuance.scenario import Scenario
from issuance.scenario_file import BadScenario, read_scenario

DESCRIPTION = """\
Compute the collection schedule of an office from its arrivals, print capacity and an outage,
with the planning code of the service. docs/replay.md explains every field."""
MAX_SCENARIO_BYTES = 10_000_000
"""Largest scenario file that is read; five years of arrivals are some 50,000 bytes."""
EPILOG = "example: issuance replay docs/examples/banjarmasin-2018.json --out build/plan.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
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


def run(options: argparse.Namespace) -> None:
    """Replay one scenario. Raises BadScenario or OSError, and writes nothing then."""
    rows = replay(read_scenario(_content(options.scenario)))
    _write(options.out, options.scenario, rows)
    print(format_table(rows))


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_SCENARIO_BYTES + 1)
    if len(content) > MAX_SCENARIO_BYTES:
        raise BadScenario(
            f"scenario: {path} has more than {MAX_SCENARIO_BYTES:,} bytes; no scenario needs them"
        )
    return content


def replay(scenario: Scenario) -> list[ScheduleRow]:
    """Return the collection schedule. Raises BadScenario if somebody waits beyond the horizon."""
    plan = plan_collections(scenario.waiting(), scenario.room(), scenario.first_day)
    rows = collection_schedule(plan.entries)
    late = sum(row.count for row in rows if row.collect_on is None)
    if late:
        raise BadScenario(
            f"arrivals: {late} people would wait more than ten years; "
            "give more capacity or an earlier end of the outage"
        )
    return rows


def format_table(rows: Sequence[ScheduleRow]) -> str:
    """Return the schedule as a table for people."""
    lines = [f"{'applied':<29}{'collect':<29}{'people':>7}"]
    for row in rows:
        collect = format_day(row.collect_on).en if row.collect_on else "not known"
        lines.append(f"{format_day(row.applied_on).en:<29}{collect:<29}{row.count:>7}")
    return "\n".join([*lines, f"{'in all':<58}{sum(row.count for row in rows):>7}"])


def _write(out: Path, scenario: Path, rows: Sequence[ScheduleRow]) -> None:
    target = out.resolve()
    if not target.parent.is_dir():
        raise BadScenario(f"--out: there is no folder {target.parent}; make it first")
    if target == scenario.resolve() or (target.exists() and not target.is_file()):
        raise BadScenario(f"--out: {out} is not a file to write a plan to; give another path")
    content = {
        "schedule": [
            {"applied": str(row.applied_on), "collect": str(row.collect_on), "count": row.count}
            for row in rows
        ]
    }
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
