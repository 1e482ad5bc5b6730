"""How fast and how large searches are by the number of people, without a server in between.

    python -m benchmarks.searches [--out build/bench] [--people 2000 20000] [--searches 400]

Enrols synthetic people of two fingers, loads the index from the database and from a snapshot, and
searches as the service does, with as many in flight. Whoever measures on a busy machine goes by the
processor times.
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
from matcher.bootstrap import StoreAndIndex, open_store_and_index
from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.prefilter import prefilter_scores
from matcher.config import Settings
from matcher.domain.biometrics import EncounterStatus, Finger
from matcher.domain.decision import DecisionKind, DecisionRequest, Outcome
from matcher.domain.enrolment import Enrolment, RequestOrigin
from matcher.domain.finger_source import Probe
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.models import ModelBundle
from matcher.record.iso19794 import FingerRecord, write
from matcher.store.store import MIGRATIONS
from matcher.synthetic import LIVE_SCAN, impress, master
from matcher.use_cases.extract_fingers import read_template
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.resolve_probe import given
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.storage.database import migrate

from benchmarks.limits import AT_ONCE

_POSITIONS = (2, 7)
_SEED = 10**9
_PAGE = 500
_ALIKE = 1_000

Figures = dict[str, float]


def fingers(models: ModelBundle, person: int, touch: int) -> list[Finger]:
    """Both index fingers, as enrolment makes them of templates."""
    touches = [
        impress(master(_SEED + 16 * person + p), touch, hardness=LIVE_SCAN) for p in _POSITIONS
    ]
    records = [write(FingerRecord(p, 0, one)) for p, one in zip(_POSITIONS, touches, strict=True)]
    found = [*map(read_template, records)]
    embeddings = models.embedding.embed_many(found).astype(np.float16)
    return [Finger(*each) for each in zip(_POSITIONS, found, records, embeddings, strict=True)]


async def enrol(models: ModelBundle, base: StoreAndIndex, people: int) -> None:
    """Store people who are not on record yet, many in a commit."""
    async with base.store.read() as records:
        first = (await records.changes.head()).number
    for start in range(first, people, _PAGE):
        made = [(n, fingers(models, n, 1)) for n in range(start, min(people, start + _PAGE))]
        async with base.store.write() as records:
            for n, of_person in made:
                enrolment = Enrolment(
                    f"e{n}", f"p{n}", (), None, RequestOrigin("bench", f"r{n}"), b""
                )
                now = SystemClock().now()
                await records.encounters.add(enrolment, of_person, EncounterStatus.ACTIVE, now)
        print(f"    {start + len(made):,} people on record", flush=True)


async def measure(
    models: ModelBundle, folder: Path, people: int, probes: Sequence[Probe], reach: SearchDepth
) -> Figures:
    """Everything at one size."""
    settings = _settings(folder)
    migrate(settings.database_url, MIGRATIONS)
    async with open_store_and_index(settings, models) as base:
        await enrol(models, base, people)
    snapshot = folder / "index.snapshot"
    snapshot.unlink(missing_ok=True)
    async with _loaded(settings, models) as (base, rebuilt):
        await base.follower.save()
    async with _loaded(settings, models) as (base, restored):
        state = base.follower.state()
        figures = {
            "people": state.people,
            "index_bytes_a_person": state.size_bytes / people,
            "snapshot_bytes_a_person": snapshot.stat().st_size / people,
            "seconds_from_database": rebuilt,
            "seconds_from_snapshot": restored,
        }
        return figures | await _searches(models, base, probes, reach)


async def _searches(
    models: ModelBundle, base: StoreAndIndex, probes: Sequence[Probe], reach: SearchDepth
) -> Figures:
    judge = DecisionMaker(models, SystemClock(), lambda: uuid4().hex, 0)
    search = Search(base.follower, base.pool, models, judge, reach)
    seconds: list[float] = []
    hits = 0

    async def one(number: int, side: Probe) -> None:
        nonlocal hits
        request = DecisionRequest(DecisionKind.IDENTIFY, "bench", f"{number}", 0.001, 10)
        began = monotonic()
        decision = await search(request, side, SearchScope(), within=60)
        seconds.append(monotonic() - began)
        first = decision.candidates[0] if decision.candidates else None
        hits += decision.outcome is Outcome.HIT and first.person_id == f"p{number}" if first else 0

    await run_concurrently(AT_ONCE, [partial(one, 0, probes[0])] * AT_ONCE)
    alone = await _median(seconds, [partial(one, *each) for each in enumerate(probes[:40])])
    seconds.clear()
    hits, began, used = 0, monotonic(), process_time()
    await run_concurrently(AT_ONCE, [partial(one, *each) for each in enumerate(probes)])
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
    """Of work done one after the other."""
    seconds.clear()
    for piece in work:
        await piece()
    return float(np.median(seconds))


def rates(models: ModelBundle) -> Figures:
    """Comparisons a second of processor time of one thread, strangers of two touches."""
    comparator = models.comparator
    people = [comparator.prepare(fingers(models, n, 1)[0].minutiae) for n in range(_ALIKE)]
    probes = [comparator.prepare(fingers(models, n, 2)[0].minutiae) for n in range(10)]
    return {
        "prefiltered_per_second": _rate(prefilter_scores, probes, people),
        "compared_per_second": _rate(comparator.compare, probes, people),
        "bytes_prepared": float(
            np.mean([each.geometry.nbytes + each.descriptors.nbytes + len(each) for each in people])
        ),
    }


def _rate(
    act: Callable[[PreparedFinger, Sequence[PreparedFinger]], object],
    probes: Sequence[PreparedFinger],
    people: Sequence[PreparedFinger],
) -> float:
    act(probes[0], people[:2])
    began = thread_time()
    for probe in probes:
        act(probe, people)
    return len(probes) * len(people) / (thread_time() - began)


@asynccontextmanager
async def _loaded(
    settings: Settings, models: ModelBundle
) -> AsyncIterator[tuple[StoreAndIndex, float]]:
    """An index that is loaded, and the seconds that took."""
    async with open_store_and_index(settings, models) as base:
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


async def _measure_all(folders: Mapping[int, Path], searches: int) -> list[Figures]:
    fields = Settings.model_fields
    reach = SearchDepth(
        fields["max_persons_prefiltered"].default, fields["max_persons_compared"].default
    )
    models = ModelBundle.load()
    probes = [given(tuple(fingers(models, n, 2))) for n in range(searches)]
    measured = [rates(models)]
    print(measured[0], flush=True)
    for people in folders:
        measured.append(await measure(models, folders[people], people, probes[:people], reach))
        print(measured[-1], flush=True)
    return measured


def main() -> None:
    """Measure, print, write searches.json."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=Path("build/bench"))
    arguments.add_argument("--people", type=int, nargs="+", default=[2_000, 20_000])
    arguments.add_argument("--searches", type=int, default=400)
    given_here = arguments.parse_args()
    folders = {people: given_here.out / f"searched-{people}" for people in given_here.people}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    measured = asyncio.run(_measure_all(folders, given_here.searches))
    (given_here.out / "searches.json").write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
