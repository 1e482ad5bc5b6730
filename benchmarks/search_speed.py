"""How fast searches are and how much memory they need, by the number of people, without a server.

    python -m benchmarks.search_speed [--out build/bench] [--people 2000 20000] [--searches 400]

Enrols synthetic people of two fingers, loads the index from the database and from a snapshot, and
searches as the service does, with as many searches in flight. On a busy machine rely on the
processor times only.
"""

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from time import monotonic, process_time, thread_time
from uuid import uuid4

import numpy as np
from harness.patient_calls import run_concurrently
from matcher.bootstrap import Truth, truth
from matcher.comparison.compare import Prepared, compare, prepare
from matcher.comparison.prefilter import promise
from matcher.config import Settings
from matcher.domain.biometrics import Finger, Status
from matcher.domain.decision import Kind, Outcome, Question
from matcher.domain.enrolment import Enrolment, Origin
from matcher.domain.gallery import Reach, Scope
from matcher.domain.probe import Side
from matcher.embedding.embedding import embed_many
from matcher.record.iso19794 import FingerRecord, write
from matcher.store.store import MIGRATIONS
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template
from matcher.use_cases.capture import read_template
from matcher.use_cases.judge import Judge
from matcher.use_cases.probing import given
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.storage.database import migrate

from benchmarks.machine_limits import CALLS_IN_FLIGHT

_POSITIONS = (2, 7)
_SEED = 10**9
_PAGE = 500
_COMPARED_PEOPLE = 1_000

Results = dict[str, float]


def fingers(person: int, impression: int) -> list[Finger]:
    """Return both index fingers, as enrolment makes them of templates."""
    templates = [
        generate_template(
            generate_master(_SEED + 16 * person + p), impression, capture_difficulty=LIVE_SCAN
        )
        for p in _POSITIONS
    ]
    records = [write(FingerRecord(p, 0, one)) for p, one in zip(_POSITIONS, templates, strict=True)]
    found = [*map(read_template, records)]
    embeddings = embed_many(found).astype(np.float16)
    return [Finger(*each) for each in zip(_POSITIONS, found, records, embeddings, strict=True)]


async def enrol(base: Truth, people: int) -> None:
    """Enrol people who are not enrolled yet, many in one transaction."""
    async with base.store.read() as records:
        first = (await records.changes.head()).number
    for start in range(first, people, _PAGE):
        made = [(n, fingers(n, 1)) for n in range(start, min(people, start + _PAGE))]
        async with base.store.write() as records:
            for n, of_person in made:
                enrolment = Enrolment(f"e{n}", f"p{n}", (), None, Origin("bench", f"r{n}"), b"")
                now = SystemClock().now()
                await records.encounters.add(enrolment, of_person, Status.ACTIVE, now)
        print(f"    {start + len(made):,} people enrolled", flush=True)


async def measure(folder: Path, people: int, probes: Sequence[Side], reach: Reach) -> Results:
    """Measure memory, loading and searches at one number of people."""
    settings = _settings(folder)
    migrate(settings.database_url, MIGRATIONS)
    async with truth(settings) as base:
        await enrol(base, people)
    snapshot = folder / "index.snapshot"
    snapshot.unlink(missing_ok=True)
    async with _loaded(settings) as (base, rebuilt):
        await base.follower.save()
    async with _loaded(settings) as (base, restored):
        state = base.follower.state()
        results = {
            "people": state.people,
            "index_bytes_a_person": state.size_bytes / people,
            "snapshot_bytes_a_person": snapshot.stat().st_size / people,
            "seconds_from_database": rebuilt,
            "seconds_from_snapshot": restored,
        }
        return results | await _searches(base, probes, reach)


async def _searches(base: Truth, probes: Sequence[Side], reach: Reach) -> Results:
    judge = Judge(SystemClock(), lambda: uuid4().hex, 0)
    search = Search(base.follower, base.pool, judge, reach)
    seconds: list[float] = []
    hits = 0

    async def one(number: int, side: Side) -> None:
        nonlocal hits
        question = Question(Kind.IDENTIFY, "bench", f"{number}", 0.001, 10)
        began = monotonic()
        decision = await search(question, side, Scope(), within=60)
        seconds.append(monotonic() - began)
        first = decision.candidates[0] if decision.candidates else None
        hits += decision.outcome is Outcome.HIT and first.person_id == f"p{number}" if first else 0

    await run_concurrently(CALLS_IN_FLIGHT, [partial(one, 0, probes[0])] * CALLS_IN_FLIGHT)
    alone = await _median(seconds, [partial(one, *each) for each in enumerate(probes[:40])])
    seconds.clear()
    hits, began, used = 0, monotonic(), process_time()
    await run_concurrently(CALLS_IN_FLIGHT, [partial(one, *each) for each in enumerate(probes)])
    return {
        "searches": len(probes),
        "hits": hits,
        "searches_per_second": len(probes) / (monotonic() - began),
        "processor_milliseconds": 1e3 * (process_time() - used) / len(probes),
        "milliseconds_alone": 1e3 * alone,
        "milliseconds_p50": 1e3 * float(np.median(seconds)),
        "milliseconds_p99": 1e3 * float(np.quantile(seconds, 0.99)),
    }


async def _median(seconds: list[float], work: Sequence[Callable[[], Awaitable[None]]]) -> float:
    """Return the median of what searches, one after the other, append to `seconds`."""
    seconds.clear()
    for piece in work:
        await piece()
    return float(np.median(seconds))


def comparison_rates() -> Results:
    """Measure prefilterings and comparisons a second of one thread, and bytes of a finger."""
    people = [prepare(fingers(n, 1)[0].minutiae) for n in range(_COMPARED_PEOPLE)]
    probes = [prepare(fingers(n, 2)[0].minutiae) for n in range(10)]
    return {
        "prefiltered_per_second": _rate(promise, probes, people),
        "compared_per_second": _rate(compare, probes, people),
        "bytes_prepared": float(
            np.mean([each.place.nbytes + each.bits.nbytes + len(each) for each in people])
        ),
    }


def _rate(
    act: Callable[[Prepared, Sequence[Prepared]], object],
    probes: Sequence[Prepared],
    people: Sequence[Prepared],
) -> float:
    act(probes[0], people[:2])
    began = thread_time()
    for probe in probes:
        act(probe, people)
    return len(probes) * len(people) / (thread_time() - began)


@asynccontextmanager
async def _loaded(settings: Settings) -> AsyncIterator[tuple[Truth, float]]:
    """Load an index; yield it and the seconds it took."""
    async with truth(settings) as base:
        began = monotonic()
        await base.follower.catch_up()
        yield base, monotonic() - began


def _settings(folder: Path) -> Settings:
    nothing = Path(os.devnull)
    return Settings.load(
        certificate=nothing,
        private_key=nothing,
        authority=nothing,
        policy_file=nothing,
        database_url=f"sqlite+aiosqlite:///{folder}/matcher.sqlite",
        snapshot_file=folder / "index.snapshot",
    )


async def _measure_all(folders: Mapping[int, Path], searches: int) -> list[Results]:
    fields = Settings.model_fields
    reach = Reach(fields["persons_prefiltered"].default, fields["persons_compared"].default)
    probes = [given(tuple(fingers(n, 2))) for n in range(searches)]
    measured = [comparison_rates()]
    print(measured[0], flush=True)
    for people in folders:
        measured.append(await measure(folders[people], people, probes[:people], reach))
        print(measured[-1], flush=True)
    return measured


def main() -> None:
    """Measure, print, and write searches.json."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder; default build/bench"
    )
    arguments.add_argument(
        "--people", type=int, nargs="+", default=[2_000, 20_000], help="default 2000 20000"
    )
    arguments.add_argument("--searches", type=int, default=400, help="searches; default 400")
    options = arguments.parse_args()
    folders = {people: options.out / f"searched-{people}" for people in options.people}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    measured = asyncio.run(_measure_all(folders, options.searches))
    (options.out / "searches.json").write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
