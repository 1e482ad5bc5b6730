"""Measures what this machine can do at most: the limits that services are compared with."""

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
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template

from benchmarks.measurement import Measurement

CORES = len(os.sched_getaffinity(0))
CALLS_IN_FLIGHT = 16
"""Concurrent calls, here and where services are measured."""
_SECONDS = 3.0
_CONTENT = os.urandom(1024)


def commits(folder: Path) -> Measurement:
    """Measure transactions of one row of 1 kB, each on the disk before the next begins."""
    how = "rows of 1 kB, a bare SQLite table, same disk, WAL, FULL; worse of before and after"
    path = folder / "bare.sqlite"
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, content BLOB)")
    rate = _rate(lambda: database.execute("INSERT INTO bare (content) VALUES (?)", (_CONTENT,)))
    database.close()
    path.unlink()
    return Measurement("commits", rate, "/s", how)


def comparisons(fingers: int = 200) -> list[Measurement]:
    """Measure prefilterings and comparisons of synthetic fingers: one core, times the cores."""
    comparator = Comparator.load()
    masters = [generate_master(seed) for seed in range(fingers)]
    prepared = [
        comparator.prepare(generate_template(master, 1, capture_difficulty=LIVE_SCAN))
        for master in masters
    ]
    measured = []
    for name, function in (
        ("prefilterings", prefilter_scores),
        ("comparisons", comparator.compare),
    ):
        function(prepared[0], prepared)
        rate = CORES * fingers * _rate(partial(function, prepared[0], prepared))
        measured.append(
            Measurement(name, rate, "/s", f"`{function.__name__}` on one core, times {CORES}")
        )
    return measured


def extractions(images_png: Sequence[bytes]) -> Measurement:
    """Measure extraction of PNG images of 500 dpi: one core, times the cores."""
    extract, images = Extractor(threads=1), [decode(png, 500) for png in images_png]
    extract(images[0])
    began = perf_counter()
    for image in images:
        extract(image)
    rate = CORES * len(images) / (perf_counter() - began)
    return Measurement(
        "LEADER", rate, "/s", f"minutiae of {len(images)} images, one core, times {CORES}"
    )


def imports() -> Measurement:
    """Measure the seconds until a new interpreter has imported the matcher."""
    seconds = median(_seconds(partial(_run, "import matcher.serving")) for _ in range(3))
    return Measurement("imports", seconds, "s", "an interpreter imports the matcher; median of 3")


async def empty_calls(country: Country) -> Measurement:
    """Measure health checks of the matcher: mutual TLS, policy and interceptors, but no work."""
    # The published stubs know no methods.
    health: Any = health_pb2_grpc.HealthStub(country.clients.channel("matcher", REGISTRY))
    calls = [partial(health.Check, health_pb2.HealthCheckRequest(), timeout=10.0)] * 4_000
    await run_concurrently(CALLS_IN_FLIGHT, calls[:200])
    began = perf_counter()
    await run_concurrently(CALLS_IN_FLIGHT, calls)
    rate = len(calls) / (perf_counter() - began)
    return Measurement(
        "empty calls", rate, "/s", f"health Check of the same server, {CALLS_IN_FLIGHT} in flight"
    )


def _rate(function: Callable[[], object]) -> float:
    """Return how often a second the function runs, over a few seconds."""
    count, began = 0, perf_counter()
    while (seconds := perf_counter() - began) < _SECONDS:
        function()
        count += 1
    return count / seconds


def _seconds(function: Callable[[], object]) -> float:
    began = perf_counter()
    function()
    return perf_counter() - began


def _run(statement: str) -> None:
    subprocess.run([sys.executable, "-c", statement], check=True)
