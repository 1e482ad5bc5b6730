"""Measures what a search costs if the index is in shards: processor time beside one index.

    python -m benchmarks.shard_search --cache DIR [--people 100000] [--searches 40] [--shards 4]

From the probe to the decision, for people on record and as many others: against one index, the
same people in shards of this process, and, where Ray is installed (`uv run --group ray`), in
as many actors of Ray. All three decide alike, which is checked. The people are synthetic, made
once into the folder DIR (four minutes of a core for 100,000). Besides, what Ray takes when idle.
"""

import argparse
import asyncio
import json
import os
import pickle
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from matcher.at_size.gallery_cache import GalleryCache
from matcher.at_size.searched_gallery import DEFAULTS
from matcher.at_size.synthetic_people import SyntheticPeople, positions_of
from matcher.bootstrap import search_depth
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import DecisionKind, DecisionRequest
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.person_part import EVERYBODY, PersonPart, parts_of
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.memory_index import MemoryIndex
from matcher.index.ranked_persons import ShardQuery
from matcher.index.search_of_shards import SearchedShard, search_shards
from matcher.index.shard import ReadOfShard
from matcher.models import ModelBundle
from matcher.shard_connection import ShardAddress, ShardServer
from matcher.use_cases.make_decision import DecisionMaker
from matcher.use_cases.search import Search
from servicekit.process.clock import SystemClock
from servicekit.process.worker_pool import WorkerPool

T = TypeVar("T")

_NOW = ChangeToken("", 0)
_SECONDS = 3600.0
_TICKS = os.sysconf("SC_CLK_TCK")
_CAPACITY = 1_000
_IDLE_SECONDS = 10.0


def load(cache: Path, people: int, part: PersonPart) -> MemoryIndex:
    """Return an index of a part of the people."""
    models, index = ModelBundle.load(), MemoryIndex(_NOW)
    files = GalleryCache(cache, SyntheticPeople(0, positions_of(2)))
    for entries in files.entries(models, 0, people):
        index.update((), [entry for entry in entries if part.holds(entry.person_id)])
    return index


class ShardActor:
    """A shard in a process of Ray, which follows no database."""

    def __init__(self, cache: Path, people: int, part: PersonPart) -> None:
        self._index = load(cache, people, part)
        self._server = ShardServer(self._answer_read)

    async def listen(self, host: Callable[[], str]) -> ShardAddress:
        return await self._server.listen(host())

    async def _answer_read(self, asked: bytes) -> bytes:
        read, _, _ = pickle.loads(asked)
        found = pickle.loads(read)(self._index)
        return pickle.dumps(ReadOfShard(found, self._index.contents, 0), pickle.HIGHEST_PROTOCOL)

    async def people(self) -> int:
        return self._index.size[0]


@dataclass(frozen=True)
class OneIndex:
    index: MemoryIndex
    pool: WorkerPool

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
        also: Sequence[str] = (),
        seconds_left: float,
    ) -> Shortlist:
        return await self.pool.run(
            self.index.search, probe, scope, depth, any_position=any_position, also=also
        )


@dataclass(frozen=True)
class LocalShard:
    index: MemoryIndex
    pool: WorkerPool

    async def __call__(self, read: Callable[[MemoryIndex], T]) -> T:
        return await self.pool.run(read, self.index)


@dataclass(frozen=True)
class RemoteShard:
    shard: Any

    async def __call__(self, read: Callable[[MemoryIndex], T]) -> T:
        answer: ReadOfShard[T] = await self.shard.read(read, _NOW, seconds_left=_SECONDS)
        return answer.found


@dataclass(frozen=True)
class Shards:
    shards: Sequence[SearchedShard]

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
        seconds_left: float,
    ) -> Shortlist:
        query = ShardQuery(probe, scope, depth, any_position)
        return await search_shards(self.shards, query, _NOW)


@dataclass
class Figures:
    """processor: seconds of this process and all that it started, in all searches."""

    processor: float = 0.0
    wall: list[float] = field(default_factory=list)
    decisions: list[Any] = field(default_factory=list)


def processor_seconds() -> float:
    """Return the processor time of this process and its descendants."""
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        stats[int(path.parent.name)] = int(values[1]), int(values[11]) + int(values[12])
    ours, grown = {os.getpid()}, True
    while grown:
        found = {pid for pid, (parent, _) in stats.items() if parent in ours} - ours
        grown = bool(found)
        ours |= found
    return sum(stats[pid][1] for pid in ours if pid in stats) / _TICKS


async def measure(
    indexes: Mapping[str, Any], probes: Sequence[Probe], models: ModelBundle, pool: WorkerPool
) -> dict[str, Figures]:
    maker = DecisionMaker(models, SystemClock(), lambda: "", DEFAULTS.max_predicted_fnir)
    request = DecisionRequest(DecisionKind.IDENTIFY, "bench", "", DEFAULTS.target_fpir, 10)
    figures = {name: Figures() for name in indexes}
    for is_warm in (False, True):
        for name, index in indexes.items():
            search = Search(index, pool, models, maker, search_depth(DEFAULTS))
            of_index = figures[name] if is_warm else Figures()
            begun = processor_seconds()
            for probe in probes if is_warm else probes[:3]:
                started = time.perf_counter()
                decision = await search(request, probe, SearchScope(), seconds_left=_SECONDS)
                of_index.wall.append(time.perf_counter() - started)
                of_index.decisions.append(
                    [(each.person_id, each.score) for each in decision.candidates]
                )
            of_index.processor += processor_seconds() - begun
    return figures


@contextmanager
def ray_shards(options: argparse.Namespace) -> Iterator[Shards | None]:
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"  # see `matcher.ray_shards`
    try:
        import ray
        from matcher.ray_shards import RayProcess
        from matcher.replicated_shard import ReplicatedShard
    except ImportError:
        print("Ray is not installed: no actors are measured")
        yield None
        return
    before = processor_seconds()
    ray.init(
        num_cpus=options.shards,
        include_dashboard=False,
        object_store_memory=128 << 20,
        _node_ip_address="127.0.0.1",
        log_to_driver=False,
    )
    print(f"starting Ray: {processor_seconds() - before:.1f} s of processor time")
    actor: Any = ray.remote(ShardActor).options(num_cpus=1)
    parts = parts_of(options.shards)
    actors = [actor.remote(options.cache, options.people, part) for part in parts]
    people = ray.get([each.people.remote() for each in actors])
    print(f"people in the actors: {people}")
    before = processor_seconds()
    time.sleep(_IDLE_SECONDS)
    idle = (processor_seconds() - before) / _IDLE_SECONDS
    print(f"Ray when idle: {100 * idle:.1f} % of a core; {_ray_memory()}")
    shards = [
        ReplicatedShard(part, [RayProcess(each)]) for part, each in zip(parts, actors, strict=True)
    ]
    yield Shards([RemoteShard(shard) for shard in shards])
    ray.shutdown()


def _ray_memory() -> str:
    """Memory that Ray's own processes take, those of shards left out, as proportional sets."""
    sizes = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_text()
            is_own = "/ray/" in command or command.startswith("ray::")
            if is_own and not command.startswith("ray::ShardActor"):
                rollup = (path / "smaps_rollup").read_text()
                sizes.append(int(rollup.split("Pss:")[1].split()[0]))
        except (OSError, IndexError):
            continue
    return f"{len(sizes)} processes of its own take {sum(sizes) / 1024:.0f} MiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=40)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    models, pool = ModelBundle.load(), WorkerPool(1, _CAPACITY)
    files = GalleryCache(options.cache, SyntheticPeople(0, positions_of(2)))
    half = options.searches // 2
    wanted = [*range(half), *range(options.people, options.people + half)]
    probes = [files.people.probe(models, person) for person in wanted]
    parts = parts_of(options.shards)
    with ray_shards(options) as remote:
        indexes: dict[str, Any] = {
            "one index": OneIndex(load(options.cache, options.people, EVERYBODY), pool),
            f"{options.shards} shards in process": Shards(
                [LocalShard(load(options.cache, options.people, part), pool) for part in parts]
            ),
        }
        if remote is not None:
            indexes[f"{options.shards} actors of Ray"] = remote
        figures = asyncio.run(measure(indexes, probes, models, pool))
    first = next(iter(figures.values()))
    result = {
        name: {
            "processor_seconds": of_index.processor / len(probes),
            "ratio": of_index.processor / first.processor,
            "median_seconds": statistics.median(of_index.wall),
            "decides_alike": of_index.decisions == first.decisions,
        }
        for name, of_index in figures.items()
    }
    print(json.dumps(result, indent=2))
    print(f"load of the machine: {os.getloadavg()}")
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
