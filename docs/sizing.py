"""Writes docs/sizing.md from docs/bench.json, a result of `matcher bench` of at least two sizes."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PEOPLE = (1_000_000, 60_000_000, 280_000_000)
FINGERS = (2, 10)
SEARCHES_PER_SECOND = 1

Figures = Mapping[str, Any]

_HEAD = """# How many machines does the matcher need?

Made by `make docs` from `docs/bench.json`, a result of `matcher bench`: measure
on your machine, and the tables follow. Memory and processor time are those of the index in one
process, most of whose fingers lie in mapped files beside the snapshot.

## Measured
Two index fingers a person, synthetic people, one core; probes as bad as those of FVC2002. A
search is measured in processor time, since the machine was shared (load average {load}); by the
clock the median was then {clock}. Starts and pauses are by the clock, so they are too long by as
much.

"""
_HOW = """
`matcher bench --help` says how each figure is measured. Nearly all duplicate checks are searches
without a hit: the positions stated are searched, and then all others.

The slowest of a hundred searches for people on record are those that find them beneath the
threshold, or not at first, and look deeper and at all positions.

## Extrapolated
Nothing in this table was measured: it follows from the figures above.

"""
_TAIL = """
- **Memory**: of the process, {finger:,.0f} bytes a finger that the index counts, and besides
  {person:,.0f} bytes a person, with {people:,} people. The latter is mostly room for the latest
  fingers, of which there are never more: the table says too much for more people. For searches
  that never wait for the disk, the machine has as much memory again as the snapshot takes.
  While an index is read from the database the process takes 0.6 GB more, whatever its size, for
  the fingers of two positions (915 MiB at most for 1.6 million people, of which the index 355).
- **Disk**: one snapshot with its segments, in proportion to the fingers, and while segments are
  joined 0.9 GB more for each finger position, or an eighth more if that is more; twice as much
  while `RebuildIndex` makes another index. The database, with templates, images and decisions,
  comes on top.
- **Seconds of a core**: a search without a hit, in proportion to the fingers, and linear in the
  people by the two largest galleries above. Real people are harder to tell apart than synthetic
  ones, which costs no time but misses more of them.
- **Cores**: as many as {searches} search a second keeps busy, if it could be spread over them
  without loss. In one index a search runs on one core: with more people than a core can go over
  in the time allowed, divide it into [shards](matcher.md#how-do-i-divide-the-index-among-machines).
  Each adds some milliseconds of a core to a search.
- **Start**: from a snapshot, in proportion to the people.

Rows that no machine fulfils (terabytes of files in memory, hours to start, seconds a search) say
into how many shards the index is to be divided at least.
"""
_MEASURED = (
    ("people", "people", "{:,}"),
    ("a search that finds the person: median, s", "processor_median_s", "{:.3f}"),
    ("… 99 of 100 take at most, s", "processor_p99_s", "{:.3f}"),
    ("a search without a hit: median, s", "no_hit_processor_median_s", "{:.3f}"),
    ("the person searched for is compared", "mate_in_k", "{:.2%}"),
    ("memory, bytes a person", "bytes_per_person_ram", "{:,.0f}"),
    ("… of it counted by the index, bytes a finger", "bytes_per_finger", "{:,.0f}"),
    ("snapshot, bytes a person", "bytes_per_person_disk", "{:,.0f}"),
    ("start from the snapshot, s", "start_s", "{:.1f}"),
    ("longest pause while it grows and is saved, s", "longest_pause_s", "{:.1f}"),
    ("one more person is found after, s", "add_visible_s", "{:.4f}"),
)
"""Title, key and form of each figure that the page shows."""


def page(bench: Figures) -> str:
    """Return the page. bench: what `matcher bench` wrote, of two sizes or more."""
    sizes = bench["sizes"]
    largest = sizes[-1]
    return (
        _HEAD.format(
            load=_each(sizes, "load", "{:.0f}"),
            clock=_each(sizes, "median_s", "{:.3f} s"),
        )
        + _measured(sizes)
        + _HOW
        + _extrapolated(sizes)
        + _TAIL.format(
            person=person_bytes(largest),
            finger=largest["bytes_per_finger"],
            people=largest["people"],
            searches=SEARCHES_PER_SECOND,
        )
    )


def person_bytes(size: Figures) -> float:
    """Return the memory of a person besides its fingers, bytes."""
    return float(size["bytes_per_person_ram"] - size["fingers"] * size["bytes_per_finger"])


def memory_bytes(size: Figures, people: int, fingers: int) -> float:
    """Return the memory of so many people of so many fingers, bytes."""
    return float(people * (person_bytes(size) + fingers * size["bytes_per_finger"]))


def snapshot_bytes(size: Figures, people: int, fingers: int) -> float:
    """Return the size of a snapshot, bytes."""
    return float(people * size["bytes_per_person_disk"] * fingers / size["fingers"])


def search_seconds(sizes: Sequence[Figures], people: int, fingers: int) -> float:
    """Return the processor time of a search without a hit, seconds: linear in people."""
    before, last = sizes[-2:]
    key = "no_hit_processor_median_s"
    slope = (last[key] - before[key]) / (last["people"] - before["people"])
    seconds = last[key] + slope * (people - last["people"])
    return float(seconds * fingers / last["fingers"])


def cores(seconds: float) -> int:
    """Return how many cores `SEARCHES_PER_SECOND` searches of so many seconds keep busy."""
    return math.ceil(SEARCHES_PER_SECOND * seconds)


def _measured(sizes: Sequence[Figures]) -> str:
    rows = [[title, *(form.format(size[key]) for size in sizes)] for title, key, form in _MEASURED]
    return _table(rows)


def _extrapolated(sizes: Sequence[Figures]) -> str:
    largest = sizes[-1]
    rows = [["people", "fingers", "memory", "snapshot", "start", "s of a core a search", "cores"]]
    for people in PEOPLE:
        for fingers in FINGERS:
            seconds = search_seconds(sizes, people, fingers)
            start = people * largest["start_s"] / largest["people"] * fingers / largest["fingers"]
            rows.append(
                [
                    f"{people / 1e6:,.0f} million",
                    f"{fingers}",
                    f"{memory_bytes(largest, people, fingers) / 1e9:,.1f} GB",
                    f"{snapshot_bytes(largest, people, fingers) / 1e9:,.0f} GB",
                    f"{start / 60:,.1f} min",
                    f"{seconds:,.2f}",
                    f"{cores(seconds):,}",
                ]
            )
    return _table(rows)


def _each(sizes: Sequence[Figures], key: str, form: str) -> str:
    return ", ".join(form.format(size[key]) for size in sizes)


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:], ""])


def written() -> dict[Path, str]:
    """Return the page by its path."""
    return {FOLDER / "sizing.md": page(json.loads((FOLDER / "bench.json").read_text()))}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
