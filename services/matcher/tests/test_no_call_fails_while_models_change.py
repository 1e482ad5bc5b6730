"""Models are changed, and changed back, under load: no call fails, nobody is lost or taken twice.

`make test-slow` runs it with one process, `make test-replicas` with three over one PostgreSQL; both
show what it cost.
"""

import asyncio
import os
import time
from pathlib import Path

import pytest
from servicekit.grpc.client_channel import open_channel
from servicekit.security.identity import server_name

from services.databases import SERVER

from .bundles import administrator_of, make_bundle
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers
from .replica_load import Load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ON_RECORD = 200
BEFORE_THE_CHANGE = 10
FEW = {"max_persons_prefiltered": 20, "max_persons_similar": 20, "max_persons_voted": 20}
"""So few that an embedding compared with those of another version would find nobody."""


@pytest.fixture
def replicas(matchers: Matchers, database_url: str, tmp_path: Path) -> list[Matcher]:
    """Three matchers over one database of a server, or one with a file, with a second bundle."""
    make_bundle(tmp_path / "bundles", "next")
    shared = {"model_bundles_folder": tmp_path / "bundles", **FEW}
    if not SERVER:
        return [matchers(**shared).start()]
    first = matchers("first", database_url=database_url, **shared)
    shared |= {"database_url": database_url, "master_key_file": first.folder / "master.key"}
    return [
        each.start() for each in (first, matchers("second", **shared), matchers("third", **shared))
    ]


async def test_callers_notice_nothing(
    replicas: list[Matcher], callers: Callers, someone: int
) -> None:
    caller, administrator = callers(replicas[0]), administrator_of(replicas[0], callers)
    for start in range(0, ON_RECORD, 10):
        await asyncio.gather(
            *(caller.enrol(f"old-{n}", fingers(1_000_000 + n)) for n in range(start, start + 10))
        )
    addresses = ",".join(each.address for each in replicas)
    channel = open_channel(
        f"ipv4:{addresses}",
        replicas[0].identity(),
        server_name=server_name("matcher", "national", "id"),
    )
    under_way, ended = asyncio.Event(), asyncio.Event()
    load = Load(channel, lambda: not under_way.is_set())
    begun, used = time.monotonic(), _processor_seconds(replicas)

    async def change() -> list[float]:
        seconds = []
        await under_way.wait()
        for bundle in ("next", "packaged", "next"):
            before = time.monotonic()
            operation = await administrator.migrate(bundle)
            assert operation.HasField("response"), operation
            seconds.append(time.monotonic() - before)
        ended.set()
        return seconds

    def on_enrolled(count: int) -> None:
        if count >= BEFORE_THE_CHANGE:
            under_way.set()

    changing = asyncio.create_task(change())
    first = someone
    while not ended.is_set():
        await load.run(first, 15, on_enrolled)
        first += 15
        if changing.done():
            break
    await load.run(first, 5, on_enrolled)
    seconds = await changing
    print(
        f"{len(replicas)} replicas, {ON_RECORD} people on record, {len(load.acknowledged)} "
        f"enrolments since: changed in {seconds[0]:.1f} s, back in {seconds[1]:.1f} s, again "
        f"in {seconds[2]:.1f} s; {_processor_seconds(replicas) - used:.1f} processor seconds "
        f"in {time.monotonic() - begun:.1f} s; calls: slowest {max(load.before):.2f} s"
    )

    assert load.failed == []
    assert load.missed == []
    assert await load.lost() == []
    for replica in replicas:
        bundles = await administrator_of(replica, callers).bundles()
        assert bundles == [("next", "SERVING"), ("packaged", "KEPT")]
    await channel.close()


def _processor_seconds(replicas: list[Matcher]) -> float:
    ticks = 0
    for each in replicas:
        fields = Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
