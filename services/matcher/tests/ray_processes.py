"""The processes of this machine in which Ray has shards of the index."""

import asyncio
from collections.abc import Callable
from pathlib import Path

SECONDS = 240.0
"""That Ray may take to start a process, or what it holds to load, on a busy machine."""


def shard_processes() -> set[int]:
    """Return the ids of all processes with a shard."""
    return {
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if _command(path).startswith("ray::ShardProcess")
    }


async def until_shard_processes(are_those: Callable[[set[int]], bool]) -> set[int]:
    """Wait until the processes with a shard are as wanted, and return them."""
    async with asyncio.timeout(SECONDS):
        while not are_those(found := await asyncio.to_thread(shard_processes)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found


def _command(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
