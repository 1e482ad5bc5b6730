"""Measures how fast searches are and how much memory they need, by the number of people.

    python -m benchmarks.search_speed [--out build/bench] [--people 2000 20000] [--searches 400]

Enrols synthetic people of two fingers, loads the index from the database and from a snapshot, and
searches without a server, with as many searches in flight as the service would have. On a busy
machine only the processor times are reliable.
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
from matcher.bootstrap import StoreAndIndex, open_store_and_index, search_depth
from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.prefilter import prefilter_scores
from matcher.config import Settings
from matcher.domain.decision import DecisionKind, DecisionOutcome, DecisionRequest
from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import Finger, read_template
from matcher.domain.finger_source import Probe
from matcher.domain.request import RequestOrigin
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.maintenance import encrypt_stored
from matcher.models import ModelBundle
from matcher.record.iso19794 import FingerRecord, write
from matcher.store.master_key_file import create_master_key
from matcher.store.store import MIGRATIONS
from matcher.synthetic import LIVE_SCAN, generate_master, generate_template
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.resolve_probe import probe_of
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.storage.database import migrate

from benchmarks.machine_limits import CALLS_IN_FLIGHT

_POSITIONS = (2, 7)
_SEED = 10**9
_PAGE = 500
_COMPARED_PEOPLE = 1_000
_OTHER_PEOPLE = 40
_FIRST_OTHER = 10**7

Results = dict[str, float]


def fingers(models: ModelBundle, person: int, impression: int) -> list[Finger]:
    """Return both index fingers, as enrolment makes them of templates."""
    masters = [generate_master(_SEED + 16 * person + position) for position in _POSITIONS]
    templates = [
        generate_template(master, impression, capture_difficulty=LIVE_SCAN) for master in masters
    ]
    records = [write(FingerRecord(p, 0, one)) for p, one in zip(_POSITIONS, templates, strict=True)]
    found = [*map(read_template, records)]
    embeddings = models.embedding.embed_many(found).astype(np.float16)
    return [Finger(*each) for each in zip(_POSITIONS, found, records, embeddings, strict=True)]


async def enrol(models: ModelBundle, base: StoreAndIndex, people: int) -> None:
    """Enrol people who are not enrolled yet, many in one transaction."""
    async with base.store.read() as records:
        first = (await records.changes.head()).number
    for start in range(first, people, _PAGE):
        made = [(n, fingers(models, n, 1)) for n in range(start, min(people, start + _PAGE))]
        async with base.store.write() as records:
            for n, of_person in made:
                enrolment = Enrolment(
                    f"e{n}", f"p{n}", "national", (), None, RequestOrigin("bench", f"r{n}"), b""
                )
                now = SystemClock().now()
                await records.encounters.add(enrolment, of_person, EncounterStatus.ACTIVE, now)
        print(f"    {start + len(made):,} people enrolled", flush=True)


async def measure(
    models: ModelBundle,
    folder: Path,
    people: int,
    probes: Sequence[Probe],
    others: Sequence[Probe],
    depth: SearchDepth,
) -> Results:
    """Measure memory, loading and searches at one number of people.

    probes: of the people enrolled first. others: of people who are not enrolled.
    """
    settings = await with_database(folder)
    async with open_store_and_index(settings, models) as base:
        await enrol(models, base, people)
    snapshot = folder / "index" / "index.snapshot"
    snapshot.unlink(missing_ok=True)
    async with _loaded(settings, models) as (base, rebuilt):
        await base.index.save_snapshot()
    async with _loaded(settings, models) as (base, restored):
        state = base.index.state()
        results = {
            "people": state.people,
            "index_bytes_a_person": state.size_bytes / people,
            "snapshot_bytes_a_person": snapshot.stat().st_size / people,
            "seconds_from_database": rebuilt,
            "seconds_from_snapshot": restored,
        }
        return results | await _searches(models, base, probes, others, depth)


async def _searches(
    models: ModelBundle,
    base: StoreAndIndex,
    probes: Sequence[Probe],
    others: Sequence[Probe],
    depth: SearchDepth,
) -> Results:
    decision_maker = DecisionMaker(models, SystemClock(), lambda: uuid4().hex, 0)
    search = Search(base.index, base.pool, models, decision_maker, depth)
    seconds: list[float] = []
    hits = 0

    async def one(number: int, probe: Probe) -> None:
        nonlocal hits
        request = DecisionRequest(DecisionKind.IDENTIFY, "bench", f"{number}", 0.001, 10)
        began = monotonic()
        decision = await search(request, probe, SearchScope(), seconds_left=60)
        seconds.append(monotonic() - began)
        first = decision.candidates[0] if decision.candidates else None
        hits += (
            decision.outcome is DecisionOutcome.HIT and first.person_id == f"p{number}"
            if first
            else 0
        )

    await run_concurrently(CALLS_IN_FLIGHT, [partial(one, 0, probes[0])] * CALLS_IN_FLIGHT)
    alone = await _median(seconds, [partial(one, *each) for each in enumerate(probes[:40])])
    used = process_time()
    no_hit = await _median(seconds, [partial(one, -1, probe) for probe in others])
    used_without_hit = process_time() - used
    seconds.clear()
    hits, began, used = 0, monotonic(), process_time()
    await run_concurrently(CALLS_IN_FLIGHT, [partial(one, *each) for each in enumerate(probes)])
    return {
        "milliseconds_alone_without_hit": 1e3 * no_hit,
        "processor_milliseconds_without_hit": 1e3 * used_without_hit / len(others),
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


def comparison_rates(models: ModelBundle) -> Results:
    """Measure prefilterings and comparisons a second of one thread, and bytes of a finger."""
    comparator = models.comparator
    people = [
        comparator.prepare(fingers(models, n, 1)[0].minutiae) for n in range(_COMPARED_PEOPLE)
    ]
    probes = [comparator.prepare(fingers(models, n, 2)[0].minutiae) for n in range(10)]
    return {
        "prefiltered_per_second": _rate(prefilter_scores, probes, people),
        "compared_per_second": _rate(comparator.compare, probes, people),
        "bytes_prepared": float(
            np.mean([each.geometry.nbytes + each.descriptors.nbytes + len(each) for each in people])
        ),
    }


def _rate(
    function: Callable[[PreparedFinger, Sequence[PreparedFinger]], object],
    probes: Sequence[PreparedFinger],
    people: Sequence[PreparedFinger],
) -> float:
    function(probes[0], people[:2])
    began = thread_time()
    for probe in probes:
        function(probe, people)
    return len(probes) * len(people) / (thread_time() - began)


@asynccontextmanager
async def _loaded(
    settings: Settings, models: ModelBundle
) -> AsyncIterator[tuple[StoreAndIndex, float]]:
    """Load an index; yield it and the seconds it took."""
    async with open_store_and_index(settings, models) as base:
        began = monotonic()
        await base.index.catch_up()
        yield base, monotonic() - began


async def with_database(folder: Path, database_url: str | None = None) -> Settings:
    """Make the database of a matcher without a server, unless it exists; return its settings.

    folder: of all its files. database_url: None for a SQLite file there.
    """
    settings = _settings(folder, database_url)
    (folder / "index").mkdir(parents=True, exist_ok=True)
    if not settings.master_key_file.exists():
        create_master_key(settings.master_key_file)
    migrate(settings.database_url, MIGRATIONS)
    await encrypt_stored(settings)
    return settings


def _settings(folder: Path, database_url: str | None = None) -> Settings:
    nothing = Path(os.devnull)
    return Settings.load(
        certificate=nothing,
        private_key=nothing,
        authority=nothing,
        policy_file=nothing,
        database_url=database_url or f"sqlite+aiosqlite:///{folder}/matcher.sqlite",
        master_key_file=folder / "master.key",
        snapshot_file=folder / "index" / "index.snapshot",
    )


async def _measure_all(folders: Mapping[int, Path], searches: int) -> list[Results]:
    depth = search_depth(_settings(Path()))
    models = ModelBundle.load()
    probes = [probe_of(tuple(fingers(models, n, 2))) for n in range(searches)]
    others = [probe_of(tuple(fingers(models, _FIRST_OTHER + n, 2))) for n in range(_OTHER_PEOPLE)]
    measured = [comparison_rates(models)]
    print(measured[0], flush=True)
    for people in folders:
        measured.append(
            await measure(models, folders[people], people, probes[:people], others, depth)
        )
        print(measured[-1], flush=True)
    return measured


def main() -> None:
    """Measure, print, and write searches.json."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder; default build/bench"
    )
    arguments.add_argument(
        "--people", type=int, nargs="+", default=[2_000, 20_000], help="default 2000 20000"
    )
    arguments.add_argument("--searches", type=int, default=400, help="searches; default 400")
    options = arguments.parse_args()
    folders = {people: options.out / f"searched-{people}" for people in options.people}
    measured = asyncio.run(_measure_all(folders, options.searches))
    (options.out / "searches.json").write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
