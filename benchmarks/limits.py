"""What this machine can do at most: the limits that services are held against."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from grpc_health.v1 import health_pb2, health_pb2_grpc
from harness.country import Country
from harness.identities import REGISTRY
from harness.patient_calls import run_concurrently
from matcher.comparison.comparator import Comparator
from matcher.comparison.prefilter import prefilter_scores
from matcher.extraction.extractor import Extractor
from matcher.image.decode import decode
from matcher.synthetic import LIVE_SCAN, impress, master

from benchmarks.figures import Figure

CORES = len(os.sched_getaffinity(0))
AT_ONCE = 16
"""Calls in flight, here and where services are measured."""
_SECONDS = 3.0
_ROW = os.urandom(1024)


def commits(folder: Path) -> Figure:
    """Transactions of one row of 1 kB, each on the disk before the next begins."""
    how = "rows of 1 kB, a bare SQLite table, same disk, WAL, FULL; worse of before and after"
    path = folder / "bare.sqlite"
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, content BLOB)")
    rate = _repeated(lambda: database.execute("INSERT INTO bare (content) VALUES (?)", (_ROW,)))
    database.close()
    path.unlink()
    return Figure("commits", rate, "/s", how)


def comparisons(fingers: int = 200) -> list[Figure]:
    """Synthetic strangers looked at by the prefilter and compared by one core, times the cores."""
    comparator = Comparator.load()
    prepared = [
        comparator.prepare(impress(master(seed), 1, hardness=LIVE_SCAN)) for seed in range(fingers)
    ]
    figures = []
    for name, act in (("prefilterings", prefilter_scores), ("comparisons", comparator.compare)):
        act(prepared[0], prepared)
        rate = CORES * fingers * _repeated(partial(act, prepared[0], prepared))
        figures.append(Figure(name, rate, "/s", f"`{act.__name__}` on one core, times {CORES}"))
    return figures


def extractions(pictures: Sequence[bytes]) -> Figure:
    """Images through the network by one core, times the cores. pictures: PNG at 500 dpi."""
    extract, images = Extractor(threads=1), [decode(data, 500) for data in pictures]
    extract(images[0])
    began = perf_counter()
    for image in images:
        extract(image)
    rate = CORES * len(images) / (perf_counter() - began)
    return Figure(
        "LEADER", rate, "/s", f"minutiae of {len(images)} images, one core, times {CORES}"
    )


def imports() -> Figure:
    """Seconds until a new interpreter has imported the matcher."""
    seconds = median(_seconds(partial(_run, "import matcher.bootstrap")) for _ in range(3))
    return Figure("imports", seconds, "s", "an interpreter imports the matcher; median of 3")


async def empty_calls(country: Country) -> Figure:
    """Health checks of the matcher: mutual TLS, policy and interceptors, but no work."""
    # The published stubs know no methods.
    health: Any = health_pb2_grpc.HealthStub(country.clients.channel("matcher", REGISTRY))
    calls = [partial(health.Check, health_pb2.HealthCheckRequest(), timeout=10.0)] * 4_000
    await run_concurrently(AT_ONCE, calls[:200])
    began = perf_counter()
    await run_concurrently(AT_ONCE, calls)
    rate = len(calls) / (perf_counter() - began)
    return Figure(
        "empty calls", rate, "/s", f"health Check of the same server, {AT_ONCE} in flight"
    )


def _repeated(act: Callable[[], object]) -> float:
    """How often a second, over a few seconds."""
    count, began = 0, perf_counter()
    while (seconds := perf_counter() - began) < _SECONDS:
        act()
        count += 1
    return count / seconds


def _seconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _run(statement: str) -> None:
    subprocess.run([sys.executable, "-c", statement], check=True)
