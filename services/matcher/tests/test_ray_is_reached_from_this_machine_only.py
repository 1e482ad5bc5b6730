"""Where the matcher starts Ray, it alone reaches what listens; and is ready once it does.

`make test-shards` runs it, under `uv run`: Ray would make an environment for each process of that.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from matcher.bootstrap import open_store
from matcher.domain.errors import NotReady
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index.served_index import ServedIndex
from matcher.index_placement import index_placement
from matcher.shard_connection import ShardAddress, ShardConnection

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


@asynccontextmanager
async def _index(folder: Path) -> AsyncIterator[ServedIndex]:
    """An index of two shards in processes of Ray, that has yet to be read."""
    async with opened(folder) as base:
        await enrol(base, 1)
    settings = settings_of(folder, index_shards=2, shard_engine="ray")
    async with (
        open_store(settings, models()) as store,
        index_placement(settings, store) as placement,
    ):
        yield placement.make(models(), PACKAGED, store.index_pools[0]).index


async def _read(index: ServedIndex) -> None:
    async with asyncio.timeout(SECONDS):
        while index.state().people != 1:
            try:
                await index.catch_up()
            except NotReady:
                await asyncio.sleep(0.1)


async def test_all_that_listens_is_on_the_loopback_interface(tmp_path: Path) -> None:
    async with _index(tmp_path) as index:
        await _read(index)
        addresses = _listening_addresses()
        await index.search(features(1), SearchScope(), DEPTH, seconds_left=SECONDS)
        searched = _listening_addresses()

    assert len(addresses) > 4  # Ray's own processes, those of the shards, and where these are read
    assert {*addresses} <= THIS_MACHINE
    assert searched == addresses


async def test_shards_that_cannot_be_read_are_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = set[ShardAddress]()

    async def no_answer(address: ShardAddress) -> ShardConnection:
        tried.add(address)
        raise TimeoutError

    monkeypatch.setattr(ShardConnection, "open", no_answer)
    async with _index(tmp_path) as index, asyncio.timeout(SECONDS):
        while len(tried) < 2:
            with pytest.raises(NotReady):
                await index.catch_up()
            await asyncio.sleep(0.1)
        monkeypatch.undo()
        await _read(index)
