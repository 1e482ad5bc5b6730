"""Where the matcher starts Ray, nothing of it listens on an address that others can reach.

`make test-shards` runs it, under `uv run`: Ray would make an environment for each process of that.
"""

import asyncio
import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from matcher.bootstrap import open_store
from matcher.domain.errors import NotReady
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index_placement import index_placement

from .models import models
from .store_and_index import enrol, features, opened, settings_of

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

SECONDS = 240.0
DEPTH = SearchDepth(10, 10)
LISTENS = "0A"
THIS_MACHINE = {
    "0100007F",  # 127.0.0.1
    "0000000000000000FFFF00000100007F",  # the same, of IPv6
    "00000000000000000000000001000000",  # ::1
}


def _descendants() -> set[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _sockets(process: int) -> set[str]:
    found = set()
    for path in Path(f"/proc/{process}/fd").glob("*"):
        try:
            found.add(str(path.readlink()))
        except OSError:  # it was closed
            continue
    return found


def _listening_addresses() -> list[str]:
    """Addresses on which this process and those that it started listen, as the kernel has them."""
    ours = {socket for process in _descendants() for socket in _sockets(process)}
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path("/proc/net", name).read_text().splitlines()[1:]
    ]
    return [
        fields[1].partition(":")[0]
        for fields in lines
        if fields[3] == LISTENS and f"socket:[{fields[9]}]" in ours
    ]


async def test_all_that_listens_is_on_the_loopback_interface(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
    settings = settings_of(tmp_path, index_shards=2, shard_engine="ray")
    async with (
        open_store(settings, models()) as store,
        index_placement(settings, store) as placement,
    ):
        base = placement.make(models(), PACKAGED, store.index_pools[0])
        async with asyncio.timeout(SECONDS):
            while base.index.state().people != 1:
                try:
                    await base.index.catch_up()
                except NotReady:
                    await asyncio.sleep(0.1)
        ours = len(_listening_addresses())
        await base.index.search(features(1), SearchScope(), DEPTH, seconds_left=SECONDS)
        addresses = _listening_addresses()

    assert ours > 2  # Ray's own processes, and those of the shards
    assert len(addresses) == ours + 2  # where the shards are read
    assert {*addresses} <= THIS_MACHINE
