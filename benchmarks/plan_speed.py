"""Measures a pass of the planner over all offices, and officers' steps while an outage opens.

    python -m benchmarks.plan_speed [--out build/bench] [--cases 1000 10000 100000 1000000]

Makes applications from a seed in a SQLite database, as many again that have ended, and runs the
service's own planner and use cases over it. On a busy machine only processor times are reliable.
"""

import argparse
import asyncio
import json
import logging
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time, thread_time

import structlog
from issuance.domain.outage import Outage, OutageCorrection, OutageScope
from issuance.domain.validity import ValidityRule
from issuance.service_commands import collect_garbage_seldom
from issuance.store.records import MIGRATIONS, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.workers.office_planner import OfficePlanner
from matplotlib import rc_context
from matplotlib.figure import Figure
from servicekit.storage.database import Database, migrate

from benchmarks.officers import Latency, Officers
from benchmarks.plan_population import (
    OPENING,
    Now,
    new_id,
    offices,
    populate,
    promise_planned_dates,
)

_FETCH = """
    SELECT id, applied_on, due_on, priority_class, state, promised_collection_date, completed_at,
        delayed
    FROM applications WHERE state IN ('identifying', 'awaiting_approval', 'approved', 'printing')
"""
_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_MOST_STEPS_EACH = 60
_CASES_PER_STEP = 150
_PAUSE_BETWEEN_PASSES = 0.5


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured with so many open cases, in seconds.

    fetch_cpu: the same rows read by the bare driver, the limit for a pass. pass_cpu, pass_wall: a
    pass that changes nobody's date. outage_cpu, outage_wall: a pass after an outage opened.
    alone: officers' steps while nothing else happens; opening: while an outage opens and all is
    planned; notifying: while a working day opens, on which most are notified of another date and
    a day's books are released. notified: how many people were meanwhile.
    """

    cases: int
    fetch_cpu: float
    pass_cpu: float
    pass_wall: float
    outage_cpu: float
    outage_wall: float
    alone: Latency
    opening: Latency
    notifying: Latency
    notified: int


class Planning:
    """A country with so many open cases."""

    def __init__(self, folder: Path, cases: int, seed: int) -> None:
        self._file = folder / f"{cases}.sqlite"
        self._cases, self._seed = cases, seed
        self._steps_each = min(_MOST_STEPS_EACH, cases // _CASES_PER_STEP)
        self._offices = offices()
        url = f"sqlite+aiosqlite:///{self._file}"
        migrate(url, MIGRATIONS)
        self._database = Database(url)
        self._store = Store(self._database, "benchmark")
        self._clock = Now()
        apply = ApplyTransition(OfficeDirectory(), lambda *_: b"", new_id, ValidityRule())
        self._outages = OutageLifecycle(self._offices, new_id)
        self._officers = Officers(self._store, self._offices, apply, new_id, self._clock)
        self._planner = OfficePlanner(
            OfficeDirectory(),
            self._store,
            self._database.try_lock,
            NotifyAndRelease(self._store, apply, ValidityRule()),
            self._clock,
        )

    async def measure(self) -> Result:
        """Measure everything."""
        try:
            await populate(self._file, self._store, self._offices, self._cases, self._seed)
            await promise_planned_dates(self._file, self._store, self._offices)
            fetch = await asyncio.to_thread(fetch_all, self._file)
            unchanged = await self._pass()
            outage_id = await self._open_outage()
            outage = await self._pass()
            await self._end_outage(outage_id)
            await self._pass()
            alone = await self._officers.work(self._steps_each)
            opening = await self._steps_while(self._open_outage)
            notifying = await self._steps_while(self._open_offices)
            notified = await asyncio.to_thread(count_notices, self._file)
        finally:
            await self._database.close()
        return Result(self._cases, fetch, *unchanged, *outage, alone, opening, notifying, notified)

    async def _pass(self) -> tuple[float, float]:
        """Plan for all offices; return the processor time and the time."""
        cpu, began = process_time(), monotonic()
        await self._planner()
        return process_time() - cpu, monotonic() - began

    async def _open_outage(self) -> str:
        now = self._clock.now()
        outage = Outage(OutageScope.MATCHER, "", "benchmark", now, declared_by="ani")
        async with self._store.begin() as records:
            return (await self._outages.declare(records, outage, now)).id

    async def _end_outage(self, outage: str) -> None:
        now = self._clock.now()
        async with self._store.begin() as records:
            await self._outages.end(records, outage, now, "ani", now)

    async def _open_offices(self) -> None:
        """Let the working day begin while it is known that the outage lasts for days."""
        self._clock.time = OPENING
        async with self._store.begin() as records:
            (outage,) = await records.outages.ongoing()
            correction = OutageCorrection(expected_end=OPENING + timedelta(days=7))
            await self._outages.correct(records, outage, correction, "ani", OPENING)

    async def _steps_while(self, event: Callable[[], Awaitable[object]]) -> Latency:
        """Return how long officers' steps take while something happens and all is planned."""
        officers = asyncio.create_task(self._officers.work(self._steps_each))
        await event()
        planner = asyncio.create_task(self._plan_on())
        latency = await officers
        planner.cancel()
        await asyncio.gather(planner, return_exceptions=True)
        return latency

    async def _plan_on(self) -> None:
        """Plan again and again, as the service does."""
        while True:
            await self._planner()
            await asyncio.sleep(_PAUSE_BETWEEN_PASSES)


def count_notices(file: Path) -> int:
    """Return how many people were notified of another date."""
    with closing(sqlite3.connect(file)) as connection:
        changed = "SELECT count(*) FROM notices WHERE kind IN ('date_changed', 'delayed')"
        return int(connection.execute(changed).fetchone()[0])


def fetch_all(file: Path) -> float:
    """Return the processor time of reading what a plan needs by the bare driver."""
    began = thread_time()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(_FETCH).fetchall()
    return thread_time() - began


def draw(results: Sequence[Result], path: Path) -> None:
    """Write an SVG chart of the processor times."""
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    cases = [result.cases for result in results]
    for label, times, colour in [
        ("reading the rows", [result.fetch_cpu for result in results], "#999999"),
        ("a pass, nothing new", [result.pass_cpu for result in results], "#1c6a6e"),
        ("a pass, an outage opened", [result.outage_cpu for result in results], "#b3403a"),
    ]:
        axes.loglog(cases, times, "o-", label=label, color=colour)
    axes.set(xlabel="open applications in 120 offices", ylabel="processor time, s")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    with rc_context({"svg.hashsalt": "plan", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def as_markdown(results: Sequence[Result]) -> str:
    """Return the results as two tables: passes of the planner, and officers' steps."""
    lines = [
        "| open applications | a pass, s of a core | of it reading the rows | outage opened |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {each.cases:,} | {each.pass_cpu:.2f} | {each.fetch_cpu / each.pass_cpu:.0%} | "
        f"{each.outage_cpu:.2f} |"
        for each in results
    ]
    lines += [
        "",
        "| open applications | a step alone, ms: p50, p99 | while an outage opens | "
        "while people are notified |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {each.cases:,} | {_steps(each.alone)} | {_steps(each.opening)} | "
        f"{_steps(each.notifying)} |"
        for each in results
    ]
    return "\n".join([*lines, ""])


def _steps(latency: Latency) -> str:
    """Return processor time, and time by the clock, in milliseconds."""
    cpu_p50, cpu_p99 = latency.cpu_p50 * 1000, latency.cpu_p99 * 1000
    clock = f"by the clock {latency.p50 * 1000:.0f}, {latency.p99 * 1000:.0f}"
    return f"{cpu_p50:.0f}, {cpu_p99:.0f} ({clock})"


def main() -> None:
    """Measure, print, and write plan.json, plan.md and plan.svg."""
    options = _parser().parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    collect_garbage_seldom()  # as the service does
    results = []
    for cases in options.cases:
        print(f"{cases:,} open applications ...", file=sys.stderr, flush=True)
        with TemporaryDirectory(prefix="plan-") as folder:
            results.append(asyncio.run(Planning(Path(folder), cases, options.seed).measure()))
        print(as_markdown(results[-1:]), file=sys.stderr, flush=True)
    print(f"{as_markdown(results)}\nload of the machine: {os.getloadavg()[0]:.1f}")
    options.out.mkdir(parents=True, exist_ok=True)
    content = {"load": os.getloadavg()[0], "results": [asdict(each) for each in results]}
    (options.out / "plan.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (options.out / "plan.md").write_text(as_markdown(results), encoding="utf-8")
    draw(results, options.out / "plan.svg")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plan_speed", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder of results")
    parser.add_argument(
        "--cases", type=int, nargs="+", default=_SIZES, help="numbers of open applications"
    )
    parser.add_argument("--seed", type=int, default=1, help="of what is random (default: 1)")
    return parser


if __name__ == "__main__":
    main()
