"""Measures how long the index takes from the database, and what of that is reading alone.

    python -m benchmarks.rebuild_speed --folder build/rebuild [--people 40000] [--different 10000]
        [--database URL]

Makes a database of people of two fingers in the folder, or fills it up to so many, by the code that
enrols; then loads an index from it as `RebuildIndex` does, with segments in files of the folder.
The people are few, each enrolled many times as somebody else under other ids and keys: their rows
and their work are as many. Ids are random, as those of other systems are.
"""

import argparse
import asyncio
import hashlib
import os
import resource
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, process_time

from matcher.bootstrap import StoreAndIndex, open_store_and_index
from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import Finger
from matcher.domain.request import RequestOrigin
from matcher.models import ModelBundle
from matcher.store.encounter_rows import NewEncounter
from servicekit.process.clock import SystemClock

from benchmarks.search_speed import fingers, with_database

_ENROLLED_AT_ONCE = 5_000
_TOLD_EVERY = 0.05
"""Share of the people after which progress is printed."""


async def enrol(base: StoreAndIndex, people: int, different: Sequence[list[Finger]]) -> None:
    """Enrol people who are not enrolled yet, many in one transaction."""
    async with base.store.read() as records:
        first = (await records.changes.head()).number
    for start in range(first, people, _ENROLLED_AT_ONCE):
        numbers = range(start, min(people, start + _ENROLLED_AT_ONCE))
        now = SystemClock().now()
        async with base.store.write() as records:
            await records.encounters.add_all(
                [
                    NewEncounter(_enrolment(n), different[n % len(different)], _ACTIVE, now)
                    for n in numbers
                ]
            )
        print(f"{numbers.stop:,} people enrolled", flush=True)


_ACTIVE = EncounterStatus.ACTIVE


def _enrolment(number: int) -> Enrolment:
    encounter, person, request = (
        hashlib.blake2b(f"{kind} {number}".encode(), digest_size=16).hexdigest()
        for kind in ("encounter", "person", "request")
    )
    origin = RequestOrigin("rebuild_speed", request)
    return Enrolment(encounter, person, "national", (), None, origin, b"")


async def read_alone(base: StoreAndIndex) -> None:
    """Read all that the index is made of, and make nothing of it."""
    last = 0
    while True:
        async with base.store.read() as records:
            stored = await records.index_source.added_after(last, 500)
        if not stored:
            return
        last = stored[-1].added_by_change


async def rebuild(base: StoreAndIndex, people: int) -> None:
    """Load an index from the database, and print what that took."""
    (index,) = base.index_parts
    told = 0.0
    began, used = monotonic(), process_time()

    async def tell(share: float) -> None:
        nonlocal told
        if share >= told + _TOLD_EVERY or share == 1:
            told = share
            print(f"  {share:4.0%} after {monotonic() - began:.0f} s", flush=True)

    with _PeakMemory() as memory:
        state = await index.rebuild(tell)
    seconds, processor = monotonic() - began, process_time() - used
    print(
        f"rebuilt: {state.people:,} people, {state.fingers:,} fingers in {seconds:.1f} s, "
        f"{1e3 * seconds / people:.3f} ms a person; processor {processor:.1f} s, "
        f"{1e3 * processor / people:.3f} ms a person; memory at most "
        f"{memory.private / 2**20:,.0f} MiB of its own ({memory.resident / 2**20:,.0f} MiB with "
        f"mapped files), before {memory.before / 2**20:,.0f} MiB; the index {state.size_bytes:,} "
        f"bytes; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


class _PeakMemory:
    """Looks ten times a second how much memory the process has, bytes."""

    def __enter__(self) -> "_PeakMemory":
        self._end = threading.Event()
        self.private = self.resident = 0
        self.before = self._look()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.1):
            self._look()

    def _look(self) -> int:
        resident, shared = (
            int(pages) * resource.getpagesize()
            for pages in Path("/proc/self/statm").read_text().split()[1:3]
        )
        self.private = max(self.private, resident - shared)
        self.resident = max(self.resident, resident)
        return resident - shared


async def measure(folder: Path, url: str | None, people: int, different: int) -> None:
    """Make the database, and measure."""
    models = ModelBundle.load()
    models.warm_up()
    shutil.rmtree(folder / "index", ignore_errors=True)
    settings = await with_database(folder, url)
    async with open_store_and_index(settings, models) as base:
        async with base.store.read() as records:
            enrolled = (await records.changes.head()).number
        if enrolled < people:
            made = [fingers(models, n, 1) for n in range(min(different, people))]
            await enrol(base, people, made)
        else:
            people = enrolled
        began, used = monotonic(), process_time()
        await read_alone(base)
        seconds, processor = monotonic() - began, process_time() - used
        print(
            f"read alone: {seconds:.1f} s, {1e3 * seconds / people:.3f} ms a person; processor "
            f"{processor:.1f} s, {1e3 * processor / people:.3f} ms a person",
            flush=True,
        )
        await rebuild(base, people)
    shutil.rmtree(folder / "index")


def main() -> None:
    """Make the database, measure, and print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--folder", type=Path, required=True, help="of database and index")
    arguments.add_argument("--people", type=int, default=40_000, help="default 40000")
    arguments.add_argument("--different", type=int, default=10_000, help="of them; default 10000")
    arguments.add_argument("--database", help="URL; default a SQLite file in the folder")
    options = arguments.parse_args()
    asyncio.run(measure(options.folder, options.database, options.people, options.different))


if __name__ == "__main__":
    main()
