"""Models are changed, back and again, while callers enrol, search and are enrolled twice."""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from servicekit.grpc.client_channel import open_channel
from servicekit.security.identity import server_name

from .bundles import OPERATION_SECONDS, administrator_of
from .conftest import Callers
from .matcher_process import Matcher
from .people import fingers
from .replica_load import Load

ON_RECORD = 200
BEFORE_THE_CHANGE = 10
FEW = {"max_persons_prefiltered": 20, "max_persons_similar": 20, "max_persons_voted": 20}
"""So few that an embedding compared with those of another version would find nobody."""


async def _nothing() -> None:
    pass


async def change_under_load(
    replicas: Sequence[Matcher],
    callers: Callers,
    someone: int,
    *,
    meanwhile: Callable[[], Coroutine[None, None, None]] = _nothing,
    seconds: float = OPERATION_SECONDS,
) -> None:
    """Change models from `packaged` to `next`, back and again; no call fails, nobody is lost.

    meanwhile: what happens while the first change goes on. seconds: that a change may take.
    """
    caller, administrator = callers(replicas[0]), administrator_of(replicas[0], callers, seconds)
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
        took = list[float]()
        await under_way.wait()
        for bundle in ("next", "packaged", "next"):
            before = time.monotonic()
            happening = asyncio.create_task(_nothing() if took else meanwhile())
            operation = await administrator.migrate(bundle)
            await happening
            assert operation.HasField("response"), operation
            took.append(time.monotonic() - before)
        ended.set()
        return took

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
    took = await changing
    print(
        f"{len(replicas)} replicas, {ON_RECORD} people on record, {len(load.acknowledged)} "
        f"enrolments since: changed in {took[0]:.1f} s, back in {took[1]:.1f} s, again "
        f"in {took[2]:.1f} s; {_processor_seconds(replicas) - used:.1f} processor seconds "
        f"in {time.monotonic() - begun:.1f} s; calls: slowest {max(load.before):.2f} s"
    )

    assert load.failed == []
    assert load.missed == []
    assert await load.lost() == []
    for replica in replicas:
        bundles = await administrator_of(replica, callers).bundles()
        assert bundles == [("next", "SERVING"), ("packaged", "KEPT")]
    await channel.close()


def _processor_seconds(replicas: Sequence[Matcher]) -> float:
    ticks = 0
    for each in replicas:
        fields = Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
