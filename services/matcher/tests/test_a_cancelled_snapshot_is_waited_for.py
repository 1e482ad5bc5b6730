"""A save that is cancelled, as when the service ends, goes on in its thread: the next waits."""

import asyncio
import threading
from pathlib import Path

import pytest
from matcher.index import snapshot

from .store_and_index import enrol, opened


async def test_two_saves_never_write_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, half_written, go_on = [], threading.Event(), threading.Event()

    def pause(name: str) -> None:
        if name != "matcher.snapshot.half_written":
            return
        begun.append(name)
        half_written.set()
        assert go_on.wait(30)

    monkeypatch.setattr(snapshot, "failpoint", pause)
    async with opened(tmp_path, snapshot_file=tmp_path / "index.snapshot") as base:
        await enrol(base, 1)
        await base.index.catch_up()
        cut_off = asyncio.create_task(base.index.save_snapshot())
        assert await asyncio.to_thread(half_written.wait, 30)
        cut_off.cancel()

        last = asyncio.create_task(base.index.save_snapshot())
        await asyncio.sleep(0.2)
        begun_before_the_first_ended = len(begun)
        go_on.set()
        await last

    assert begun_before_the_first_ended == 1
    assert len(begun) == 2
