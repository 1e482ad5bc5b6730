"""Measures galleries of several sizes, each in a process of its own on one core."""

import json
import multiprocessing
import os
import platform
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matcher.at_size.bench_chart import draw
from matcher.at_size.gallery_cache import GalleryCache
from matcher.at_size.growth_figures import SPARE_PEOPLE
from matcher.at_size.index_figures import measure
from matcher.at_size.synthetic_people import SyntheticPeople, positions_of
from matcher.evaluation.progress import print_status
from matcher.models import ModelBundle

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What to measure and where to write it: the options of the command."""

    people: Sequence[int]
    fingers: int
    probes: int
    exact_probes: int
    with_snapshot: bool
    out: Path
    seed: int
    cache: Path
    workers: int


def bench(options: BenchOptions) -> None:
    """Measure every gallery, the smallest first; write the figures and the picture.

    What was measured is written after each gallery. Raises OSError.
    """
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.touch()  # fails now rather than after the measurement
    people = SyntheticPeople(options.seed, positions_of(options.fingers))
    files, conditions, sizes = GalleryCache(options.cache, people), _conditions(options), []
    for count in options.people:
        made_per_second = files.make(count + SPARE_PEOPLE, options.workers)
        print_status(f"{count:,} people: measuring")
        load = os.getloadavg()[0]
        result = _measured_apart(files, count, options)
        sizes.append({**result, "people_made_per_s": made_per_second, "load": load})
        content = {**sizes[-1], "sizes": sizes, "measured": conditions}
        options.out.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")
    draw(sizes, options.out.with_suffix(".svg"))


def _measured_apart(files: GalleryCache, count: int, options: BenchOptions) -> Json:
    """Measure in a new process, whose memory and core nothing else takes."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        return apart.submit(
            measure, files, count, options.probes, options.exact_probes, options.with_snapshot
        ).result()


def _conditions(options: BenchOptions) -> Json:
    versions = ModelBundle.load().versions
    return {
        "matcher": version("passport-matcher"),
        "embedding": versions.embedding,
        "comparison": versions.comparison,
        "calibration": versions.calibration,
        "seed": options.seed,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
